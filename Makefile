# Everything starts from a Python 3.10 or later and make; `PYTHON=python3.12 make demo` chooses another.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TRAINERS := .venv-trainers
EXAMPLES := apps.jsonl taco.jsonl codecontests.parquet openthoughts_metadata.jsonl plain.jsonl \
	codeforces_submissions.jsonl codeforces.jsonl livecodebench.jsonl humaneval.jsonl mbpp.jsonl \
	verl.parquet packages
# The files of tests that count CPU time or slots run one by one, after those that may run side by side.
WORKERS ?= 2

.PHONY: install newest demo demo-sample test lint check bench trainers test-labelled test-trainers clean

install: $(STAMP)

$(STAMP): pyproject.toml .ci/versions.txt
	$(PYTHON) -c 'import sys; sys.exit("ot-code needs Python 3.10 or later, this is " + sys.version) if sys.version_info < (3, 10) else 0'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint .ci/versions.txt --editable '.[dev]'
	touch $(STAMP)

# Takes the newest of everything and writes it down; `make check` says whether it goes together.
newest: install
	$(BIN)/python -m pip install --quiet --upgrade --upgrade-strategy eager --editable '.[dev]'
	head -1 .ci/versions.txt >.ci/versions.new
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/$$/; python_version >= "3.11"/' >>.ci/versions.new
	mv .ci/versions.new .ci/versions.txt
	touch $(STAMP)

demo: install
	@rm -rf out/demo
	@for name in $(EXAMPLES); do \
		echo; echo "== ot-code verify examples/$$name --out out/demo/$${name%.*}"; \
		$(BIN)/ot-code verify examples/$$name --out out/demo/$${name%.*} || exit 1; \
	done
	@echo; echo "== ot-code build openthoughts-114k --out out/demo/built"
	@$(BIN)/ot-code build openthoughts-114k --out out/demo/built
	@echo; echo "The right answers of each are in out/demo/*/kept, all verdicts in out/demo/*/judged."

demo-sample: install
	@rm -rf out/demo-sample out/demo-sample-dataset
	$(BIN)/python examples/model_server.py examples/plain.jsonl -- $(BIN)/ot-code sample examples/plain.jsonl \
		--model scripted --base-url {url} --n 4 --out out/demo-sample
	$(BIN)/ot-code publish out/demo-sample --out out/demo-sample-dataset
	$(BIN)/ot-code report out/demo-sample

test: install lint
	$(BIN)/python -m pytest --durations=20 -n $(WORKERS) --dist loadfile -m 'not alone and not trainers'
	$(BIN)/python -m pytest --durations=20 -m alone

# With the few labelled submissions that take two thirds of the time.
test-labelled: install
	OT_LABELLED=all $(BIN)/python -m pytest tests/conformance/test_labelled.py

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: test demo

# The trainers that take rewards and read what is published, with their tests. Some 2 GB, so not a part of `test`; of torch,
# a release that has a build for CPUs alone. verl and LLaMA-Factory ask for versions that exclude each other, and
# what is used of them needs none of these.
trainers: HELD := --quiet --constraint .ci/versions-trainers.txt
trainers: $(TRAINERS)/.installed

$(TRAINERS)/.installed: pyproject.toml .ci/versions-trainers.txt
	$(PYTHON) -m venv $(TRAINERS)
	$(TRAINERS)/bin/python -m pip install $(HELD) torch trl peft ray omegaconf hydra-core tensordict pandas pillow \
		torchdata codetiming pylatexenc scipy sentencepiece einops tiktoken
	$(TRAINERS)/bin/python -m pip install $(HELD) --no-deps verl llamafactory
	$(TRAINERS)/bin/python -m pip install $(HELD) pytest pytest-timeout hypothesis --editable '.[math]'
	touch $@

test-trainers: trainers
	OT_REQUIRE_TRAINERS=1 $(TRAINERS)/bin/python -m pytest tests/rewards/test_trainers.py tests/ot_code/test_publish_trainers.py

bench: install
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) $(TRAINERS) out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
