# The only two commands a newcomer needs are `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
export TILANNEKUVA_HOME ?= $(CURDIR)/data
# The demo tells the situation of September 2025: the newest ledger month is due on 15 October.
DEMO_AS_OF ?= 2025-10-20
DEMO_MONTHS ?= 33

.PHONY: setup setup-dev run test lint types ledger lock clean

setup: .venv/.runtime

setup-dev: .venv/.dev

.venv/.runtime: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

run: setup
	$(BIN)/tilannekuva demo --as-of $(DEMO_AS_OF) --months $(DEMO_MONTHS)

test: setup-dev
	$(BIN)/pytest -n 2 --dist loadfile

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --processes 2 dbt_project/models dbt_project/tests dbt_project/macros
	PYTHONPATH=dbt_project $(BIN)/lint-imports

types: setup-dev
	$(BIN)/mypy

# After a release: note the definitions that it has used, which from then on never change.
ledger: setup-dev
	$(BIN)/python -m tests.dbt.definition_ledger

# Only who changes what we depend on needs uv; the lock files name no registry.
lock:
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile requirements.in -o requirements.lock \
	  --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --python-version 3.11
	UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile requirements-dev.in -o requirements-dev.lock \
	  --generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --python-version 3.11

clean:
	rm -rf .venv build dbt_project/target dbt_project/logs *.egg-info
