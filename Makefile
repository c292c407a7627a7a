# The front door: `make help`. Needs Python 3.11 or later and make, nothing else.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
PYTHON ?=
PYTEST_ARGS ?=
WORKERS ?= 2
BENCH_ARGS ?=
# `make setup HASHES=no` where an index has built the packages itself, so that its files are not those of PyPI.
HASHES ?= yes
# In an environment of its own, so that the bill names nothing of the tool.
SBOM_TOOL := 7.5.0
LOCK_TOOL := 0.13.9
AUDIT_TOOL := 2.10.1
CHECKED := app sanku tests migrations scripts

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo web messages test test-fast coverage check lint fmt serve worker migrate migration eval bench docs client api-changes api-generators docs-serve lock sbom audit clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  make %-11s %s\n", $$1, $$2 }'

setup: $(STAMP) ## Virtual environment, pinned packages, scripts and icons of the pages (PYTHON=python3.11 chooses the interpreter)

web: $(STAMP) ## Scripts and icons of the pages anew (after a change of app/web/vendor)
	$(BIN)/python scripts/web_packages.py

messages: $(STAMP) ## Put new texts of the pages into the English catalogues, to be translated there
	$(BIN)/python scripts/web_messages.py

# The first installation takes only files with a hash of the lock. The second adds torch, whose builds are many, and the
# libraries that its build needs; it finds all others installed.
$(STAMP): pyproject.toml requirements.lock requirements-dev.lock requirements-hashes.lock requirements-dev-hashes.lock scripts/find_python.sh app/web/vendor/package-lock.json app/web/vendor/icons.txt
	@python=$$(sh scripts/find_python.sh $(PYTHON)) && { test -x $(BIN)/python || "$$python" -m venv $(VENV); }
	test "$(HASHES)" = no || $(BIN)/python -m pip install --require-hashes --no-deps -r requirements-hashes.lock -r requirements-dev-hashes.lock
	$(BIN)/python -m pip install -r requirements.lock -r requirements-dev.lock
	$(BIN)/python -m pip install --no-deps --no-build-isolation --editable .
	$(BIN)/python scripts/web_packages.py
	@touch $@

demo: $(STAMP) ## Everything from nothing: model, database, demo data, service on 127.0.0.1:8000
	$(BIN)/sanku demo

test: $(STAMP) ## The whole test suite, on SQLite and PostgreSQL (PYTEST_ARGS='-k push' for a part)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

test-fast: $(STAMP) ## The tests that need neither PostgreSQL nor the model nor seconds each: two minutes on two cores
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not postgresql and not model and not slow" $(PYTEST_ARGS)

coverage: $(STAMP) ## Branch coverage of the whole suite (subprocesses left out), as a table and in build/coverage/
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term --cov-report=html $(PYTEST_ARGS)

check: lint ## Style, types, layers, dependencies, house rules
	$(BIN)/python -m pytest tests/house_rules

lint: $(STAMP) ## The same without the house rules, which are among the tests
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

fmt: $(STAMP) ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix $(CHECKED)
	$(BIN)/ruff format $(CHECKED)

serve: $(STAMP) ## Prepare this installation (safe to repeat) and serve on 127.0.0.1:8000
	$(BIN)/sanku init
	$(BIN)/sanku serve

worker: $(STAMP) ## A worker of its own, beside a service on the same database
	$(BIN)/sanku worker

migrate: $(STAMP) ## Bring the database to the newest schema
	$(BIN)/alembic upgrade head

migration: $(STAMP) ## A new migration from the difference to the models: make migration NAME='add tiers'
	@test -n "$(NAME)" || { echo "say what it does: make migration NAME='add tiers'" >&2; exit 2; }
	$(BIN)/alembic revision --autogenerate -m "$(NAME)"

eval: $(STAMP) ## Figures of matching on a judged directory: make eval DIR=path
	@test -n "$(DIR)" || { echo "name a directory in interchange format: make eval DIR=path" >&2; exit 2; }
	$(BIN)/sanku model prepare
	$(BIN)/sanku eval "$(DIR)"

bench: $(STAMP) ## Speed of embedding, storing, indexing and matching: make bench DIR=path
	@test -n "$(DIR)" || { echo "name a directory in interchange format: make bench DIR=path" >&2; exit 2; }
	$(BIN)/sanku model prepare
	$(BIN)/python scripts/bench/main_job.py "$(DIR)" $(BENCH_ARGS)

docs: $(STAMP) ## The documentation as a site in build/site; a broken link or a page in no menu fails
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

client: $(STAMP) ## Write the types and operations of sanku.client from the OpenAPI description
	$(BIN)/python -m scripts.openapi.client

api-changes: $(STAMP) ## Breaking changes of the API since the last release (at a release, ARGS=--keep makes the present one the last)
	$(BIN)/python -m scripts.openapi.compatibility $(ARGS)

api-generators: $(STAMP) ## Whether a validator and a generator of clients take the whole API (installs them in build/)
	$(BIN)/python -m scripts.openapi.generators

docs-serve: $(STAMP) ## The documentation on 127.0.0.1:8001, rebuilt when a page changes
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs serve --dev-addr 127.0.0.1:8001

lock: $(STAMP) ## Write what is installed of pyproject.toml's dependencies into the lock files, with the hashes that PyPI names
	test -x build/lock-tool/bin/uv || { $(BIN)/python -m venv build/lock-tool && build/lock-tool/bin/pip install uv==$(LOCK_TOOL); }
	$(BIN)/python scripts/lock.py build/lock-tool/bin/uv

sbom: $(STAMP) ## Software bill of materials (CycloneDX) and licences of what is installed, in build/
	test -x build/sbom-tool/bin/cyclonedx-py || { $(BIN)/python -m venv build/sbom-tool && build/sbom-tool/bin/pip install cyclonedx-bom==$(SBOM_TOOL); }
	build/sbom-tool/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application --output-reproducible -o build/sbom.cdx.json $(BIN)/python
	$(BIN)/python scripts/licences.py build/sbom.cdx.json > build/licences.tsv

audit: $(STAMP) ## Known vulnerabilities of what is pinned, by pip-audit and npm audit; both ask their databases on the network
	test -x build/audit-tool/bin/pip-audit || { $(BIN)/python -m venv build/audit-tool && build/audit-tool/bin/pip install pip-audit==$(AUDIT_TOOL); }
	build/audit-tool/bin/pip-audit --strict --no-deps --disable-pip -r requirements.lock -r requirements-dev.lock
	cd app/web/vendor && npm audit --package-lock-only

clean: ## Remove the virtual environment and everything that is made again
	rm -rf $(VENV) app/web/static/vendor .coverage build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(CHECKED) -name __pycache__ -type d -prune -exec rm -rf {} +
