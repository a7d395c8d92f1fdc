PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

help: ## Show these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## Read a whole invented AFAS into .demo/afas.duckdb, change it, sync again
	@$(BIN)/python -m demo

test: $(INSTALLED) ## All tests; narrow with ARGS, as in make test ARGS="-k blocked"
	$(BIN)/python -m pytest $(ARGS)

test-all: $(INSTALLED) ## These, those with other people's tools, installed from PyPI for it, and those of the image
	$(BIN)/python -m pytest -m "" $(ARGS)

chaos: $(INSTALLED) ## 200 syncs of a changing table with faults and kills; SEED=… repeats one
	CHAOS_SYNCS=200 CHAOS_SEED=$(or $(SEED),$(shell date +%s)) $(BIN)/python -m pytest -k "changing_table_with_faults" integration_tests/test_chaos.py

check: $(INSTALLED) ## Formatting, lint, types and imports, changing nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(INSTALLED) ## Put formatting and imports right
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(INSTALLED) ## A million rows with this source and with other readers; six minutes
	$(BIN)/python -m benchmarks $(ARGS)

catalog: $(INSTALLED) ## What Airbyte's repository takes, into .catalog; or into its checkout, as in INTO=../airbyte
	@$(BIN)/python -m catalog $(INTO)

package: $(INSTALLED) ## The sdist, and the wheel made of it, in dist
	rm -rf dist
	$(BIN)/python -m build

clean: ## Remove what the other targets made
	rm -rf $(VENV) .demo .bench .tools .catalog .many_environments build dist *.egg-info sandbox/build sandbox/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): setup.py pyproject.toml sandbox/pyproject.toml
	@echo "Making $(VENV) and installing into it; a minute or two, once."
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.10 or newer is needed: make PYTHON=python3.11 …" if sys.version_info < (3, 10) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ./sandbox --editable '.[dev]'
	@touch $@

.PHONY: help demo test test-all chaos check format bench catalog package clean
