"""What was asked back, and what answers it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Served, serving

UNSURE = """
rooms:
  - name: kitchen
  - name: bathroom
  - name: bedroom
confirm_below: 1.0
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("dialogue")
    (folder / "home.yaml").write_text(UNSURE)
    with serving(folder / "state", "--home", str(folder / "home.yaml")) as one:
        yield one


@pytest.mark.parametrize("answer", ["ho", "हो", "Yes!", "hunchha", "kitchen", "bhancha"])
def test_yes_or_the_room_itself_does_what_was_asked_about(served: Served, answer: str) -> None:
    served.do("sabai batti nibhau", confirm=True)
    assert served.do("bhancha ko batti bala")["status"] == "needs_confirmation"
    done = served.do(answer, answers="bhancha ko batti bala")
    assert (done["status"], done["reply"]["text"]) == ("done", "Bhancha ko batti baliyo.")
    assert served.lit() == {"kitchen"}


@pytest.mark.parametrize("answer", ["hoina", "bathroom", "garage", "", "kina?", "bedroom ko batti pani bala na aba"])
def test_anything_else_does_nothing_of_it(served: Served, answer: str) -> None:
    served.do("sabai batti nibhau", confirm=True)
    done = served.do(answer, answers="bhancha ko batti bala")
    assert done["status"] != "done"
    assert served.lit() == set()


def test_a_room_says_where_here_is(served: Served) -> None:
    served.do("sabai batti nibhau", confirm=True)
    done = served.do("bathroom", answers="batti bala", confirm=True)
    assert done["status"] in ("done", "needs_confirmation")
    assert served.lit() <= {"bathroom"}


def test_what_was_not_asked_back_is_not_answered(served: Served) -> None:
    """`ho` alone asks nothing, whatever was said before."""
    assert served.do("ho", answers="aaja mausam kasto cha")["status"] != "done"
    assert served.lit() <= {"bathroom"}
