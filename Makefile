# `make run`, `make serve` and `make test` do all the set-up on a bare machine with Python 3.11, git and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

# Where bytecode is not kept, every process that the tests start compiles all that it reads.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run serve test check tests clean
.DEFAULT_GOAL := run

# Debian leaves ensurepip out of its python3: fetch it where it is missing and may be installed.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "batti needs Python 3.11 or newer; name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || runs/python_venv.sh
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.serve: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[serve]'
	@touch $@ $(VENV)/.run

$(VENV)/.test: pyproject.toml | $(BIN)/python
	tests/uv.sh $(VENV) -e '.[test]'
	@touch $@ $(VENV)/.run $(VENV)/.serve

$(VENV)/.packages: runs/test_packages.sh | $(BIN)/python
	@runs/test_packages.sh
	@touch $@

ifdef TEXT
run: $(VENV)/.run
	@$(BIN)/batti -- "$$TEXT"
else
run: $(VENV)/.run
	@for text in "Bhancha ko batti nibhau" "बैठकको बत्ती ४०% मा राख्नुस्" \
		"turn the bedroom light warm white in 10 minutes"; do \
		printf '\n> %s\n' "$$text"; $(BIN)/batti -- "$$text" || exit; done
endif
export TEXT PYTHON

serve: $(VENV)/.serve
	@$(BIN)/batti serve

# A real Home Assistant for the tests; without one those that need it are skipped.
HASS ?= .venv-hass
export BATTI_HASS_VENV := $(abspath $(HASS))
$(HASS)/.ready: tests/hass_venv.sh | $(BIN)/python
	@rm -rf $(HASS)
	@tests/hass_venv.sh $(HASS) || echo "Home Assistant cannot be installed here: its tests are skipped" >&2

# `make -j3 test` installs all at once, and reads the types beside the tests.
test: check tests

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/mypy

tests: $(VENV)/.test $(VENV)/.packages $(HASS)/.ready
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

clean:
	rm -rf $(VENV) $(HASS) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
