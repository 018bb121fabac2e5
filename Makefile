# Everything starts from a Python 3.10 or later and make; `PYTHON=python3.12 make demo` chooses another.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
EXAMPLES := apps.jsonl taco.jsonl codecontests.parquet openthoughts_metadata.jsonl plain.jsonl \
	codeforces_submissions.jsonl codeforces.jsonl livecodebench.jsonl humaneval.jsonl mbpp.jsonl \
	verl.parquet packages
# The files of tests that count CPU time or slots run one by one, after those that may run side by side.
WORKERS ?= 2

.PHONY: install demo test lint check bench clean

install: $(STAMP)

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("ot-code needs Python 3.10 or later, this is " + sys.version) if sys.version_info < (3, 10) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $(STAMP)

demo: install
	@rm -rf out/demo
	@for name in $(EXAMPLES); do \
		echo; echo "== ot-code verify examples/$$name --out out/demo/$${name%.*}"; \
		$(BIN)/ot-code verify examples/$$name --out out/demo/$${name%.*} || exit 1; \
	done
	@echo; echo "The right answers of each are in out/demo/*/kept, all verdicts in out/demo/*/judged."

test: install lint
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m 'not alone'
	$(BIN)/python -m pytest -m alone

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: test demo

bench: install
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
