"""What is still to come is told to who forbids it or asks for it, and to nobody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Served, serving

HOME = """
rooms:
  - name: kitchen
    aliases: [bhancha]
  - name: bathroom
  - name: pasal
confirm_below: 0
"""
BATHROOM, KITCHEN = "rati 10 baje bathroom ko batti nibhaune", "rati 9 baje bhancha ko batti balne"
AS_IT_IS = "Batti jasto chha tyastai chha."


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("waiting")
    (folder / "home.yaml").write_text(HOME)
    with serving(folder / "state", "--home", str(folder / "home.yaml")) as one:
        one.do("turn off the bathroom light at 10 pm")
        one.do("turn on the kitchen light at 9 pm")
        yield one


@pytest.mark.parametrize(
    "sentence",
    ["2 din pachi pasal ko batti bala", "pasal ko batti kina baleko?", "bathroom ko bulb gayo", "light aayo?",
     "hamro bathroom ko batti ramro cha", "pasal ko batti nanibhau"],
)  # fmt: skip
def test_who_neither_asks_for_it_nor_forbids_it_there_is_not_told(served: Served, sentence: str) -> None:
    done = served.do(sentence)
    assert (done["status"], done["reply"]["text"]) == ("none", AS_IT_IS)


@pytest.mark.parametrize(
    ("sentence", "coming"),
    [
        ("bathroom ko batti nanibhau", BATHROOM), ("bhancha ko batti nabala", KITCHEN),
        ("bathroom ko batti nibhaunu pardaina", BATHROOM),
    ],
)  # fmt: skip
def test_who_forbids_is_told_what_is_to_come_there(served: Served, sentence: str, coming: str) -> None:
    done = served.do(sentence)
    told = done["reply"]["text"].replace("bholi ", "")
    assert (done["status"], told) == ("none", f"Kehi pheriena. Aba hune: {coming}.")


@pytest.mark.parametrize(
    ("sentence", "rooms"),
    [
        ("bathroom ko batti kahile nibhchha", ["bathroom"]), ("kahile nibhchha bathroom ko batti", ["bathroom"]),
        ("when will the kitchen turn on?", ["kitchen"]), ("timer haru dekhau", ["kitchen", "bathroom"]),
        ("किचनको बत्ती कहिले बल्छ?", ["kitchen"]), ("when does the pasal light turn off?", []),
    ],
)  # fmt: skip
def test_who_asks_when_is_told_what_is_to_come_there(served: Served, sentence: str, rooms: list[str]) -> None:
    done = served.do(sentence)
    assert done["status"] == "answered"
    assert [job["actions"][0]["room"] for job in done["scheduled"]] == rooms
    if not rooms:
        assert done["reply"]["text"] == "Nothing is waiting to be done there."


def test_when_something_else_is_is_no_matter_of_lights(served: Served) -> None:
    assert served.do("when will you come home?")["reply"]["text"] == "I only look after the lights."
