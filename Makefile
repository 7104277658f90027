# Every target makes its own environment first; after the first run they work offline.
# On a machine with only Python >= 3.11 and make: `make demo` or `make test`.

PYTHON ?= python3
BIN := .venv/bin
RUNTIME := .venv/.runtime
DEVELOPMENT := .venv/.development
WEB := .venv/.web

CORE := tests/traceability tests/test_vectors.py tests/test_oracle.py tests/test_against_oracle.py

.PHONY: install demo serve web test check lint types arch migrations-check tests soak bench format generated lock clean

install: $(DEVELOPMENT) $(WEB)

demo: $(RUNTIME) $(WEB)
	$(BIN)/registry demo

serve: $(RUNTIME) $(WEB)
	$(BIN)/registry serve

# The browser's libraries, for the scanner (npm at build time only; nothing of it is committed).
web: $(RUNTIME)
	$(BIN)/python web/vendor.py
	touch $(WEB)

test: $(DEVELOPMENT) $(WEB)
	$(BIN)/python -m pytest -q -n auto

# What CI runs.
check: lint types arch migrations-check tests

lint: $(DEVELOPMENT)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEVELOPMENT)
	$(BIN)/mypy

arch: $(DEVELOPMENT)
	$(BIN)/lint-imports

migrations-check: $(DEVELOPMENT)
	$(BIN)/python -m pytest -q -p no:randomly tests/migrations

# Coverage is the core's, by the core's own tests: tracing the others would take as long as they do.
tests: $(DEVELOPMENT) $(WEB)
	$(BIN)/python -m pytest -q -n auto --cov --cov-report=term --cov-fail-under=100 $(CORE)
	$(BIN)/python -m pytest -q -n auto $(addprefix --ignore=,$(CORE) tests/migrations)

# The long runs: ten thousand random record sets against the brute-force evaluation, many kills during imports, and kept
# answers after ten thousand random changes.
soak: $(DEVELOPMENT)
	HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest -q -n auto tests/test_against_oracle.py tests/test_accounting_against_oracle.py
	$(BIN)/python -m bench.kill_during_import
	$(BIN)/python -m bench.kill_during_bulk
	$(BIN)/python -m bench.fleet_changes --soak 10000

bench: $(DEVELOPMENT)
	$(BIN)/python -m bench

format: $(DEVELOPMENT)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# What is written by the code itself; tests compare.
generated: $(DEVELOPMENT)
	$(BIN)/python -m api.render.findings_page > docs/findings.md
	$(BIN)/python -m api.describe
	$(BIN)/python -m api.catalog
	$(BIN)/python -m seed_data

# Locked with hashes and without addresses, for every platform.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-annotate --no-header --no-emit-index-url \
		--extra build pyproject.toml -o requirements/runtime.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-annotate --no-header --no-emit-index-url \
		--extra build --extra cluster --extra dev pyproject.toml -o requirements/development.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		web/requirements.in -o requirements/web.txt

clean:
	rm -rf .venv data web/node_modules api/static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage

$(RUNTIME): requirements/runtime.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Where they cannot be fetched everything else works, so this fails nothing; the next make tries again.
$(WEB): web/package-lock.json web/vendor.py $(RUNTIME)
	$(BIN)/python web/vendor.py && touch $@ || true

$(DEVELOPMENT): requirements/development.txt $(RUNTIME)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/development.txt
	touch $@
