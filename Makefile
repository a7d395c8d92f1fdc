PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# A process for each processor; who has no tests left takes over from another. ARGS="-n 0" has all in one process.
PYTEST := $(BIN)/python -m pytest -n auto --dist worksteal

help: ## Show these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## Read a whole invented AFAS into .demo/afas.duckdb, change it, sync again
	@$(BIN)/python -m demo

test: $(INSTALLED) ## All tests; narrow with ARGS, as in make test ARGS="-k blocked"
	$(PYTEST) $(ARGS)

test-all: $(INSTALLED) ## These, those with other people's tools, installed from PyPI for it, and those of the image
	$(PYTEST) -m "not whole" $(ARGS)

chaos: $(INSTALLED) ## 200 syncs of a changing table with faults and kills; SEED=… repeats one
	CHAOS_SYNCS=200 CHAOS_SEED=$(or $(SEED),$(shell date +%s)) $(BIN)/python -m pytest -k "changing_table_with_faults" integration_tests/test_chaos.py

unlike: $(INSTALLED) ## What comes of an AFAS that is not as the reference says; narrow with ARGS, as in ARGS="short-pages -v"
	@$(BIN)/python -m integration_tests.unlike $(ARGS)

breaks: $(INSTALLED) ## Mistakes in a copy of the source, one by one: each must fail a test; narrow with ARGS, as in ARGS="012 04"
	@$(BIN)/python -m breaks $(ARGS)

how-sure: $(INSTALLED) ## Write docs/how-sure.md anew, from source_afas/people/facts.py
	$(BIN)/python -m source_afas.people.how_sure > docs/how-sure.md.new
	mv docs/how-sure.md.new docs/how-sure.md

check: $(INSTALLED) ## Formatting, lint, types and imports, changing nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

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
	rm -rf $(VENV) .demo .bench .tools .catalog .many_environments build dist *.egg-info sandbox/build sandbox/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): setup.py pyproject.toml sandbox/pyproject.toml
	@echo "Making $(VENV) and installing into it; a minute or two, once."
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.10 or newer is needed: make PYTHON=python3.11 …" if sys.version_info < (3, 10) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ./sandbox --editable '.[dev]'
	@touch $@

.PHONY: how-sure help demo test test-all chaos unlike breaks check format bench catalog package clean
