# Everything a newcomer needs: `make demo` and `make test` on a machine with Python 3.11-3.13 and make.
# The two locks name every version and hash; the stamps below make a second call quick.

SHELL := /bin/sh
PYTHON := $(shell for p in $(PYTHON3) python3.11 python3.12 python3.13 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
RUN := $(BIN)/bassboss

.PHONY: demo test check coverage lab bench notebooks faults browser truth slow lock clean

demo: .venv/.runtime ## the whole loop on the stand-in BOSS
	$(RUN) demo

test: .venv/.dev ## the default tests
	$(BIN)/python -m pytest

check: .venv/.dev ## lint, format, types, notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n0 tests/test_house.py tests/test_notebooks_stored.py

notebooks faults browser truth slow: .venv/.dev ## tests under that marker
	$(BIN)/python -m pytest -m "$(if $(filter slow,$@),slow,$@ and not slow)" -o addopts="-q --strict-markers -n 2 --dist loadfile"

# What must not lose, tear or tell anything: every branch of these modules is taken by a test.
SURE := ledger reports/mask $(addprefix exchange/,names verification publish release recovery outbox intake inbox taking verify)
COMMA := ,
EMPTY :=

coverage: .venv/.dev ## branch coverage of the modules that must be sure, from their default and fault tests; below 100 % fails
	$(BIN)/python -m pytest tests/exchange tests/faults tests/reports tests/warehouse tests/test_*.py \
		-m "not notebooks and not browser and not truth and not slow and not spark" -o addopts="-q --strict-markers -n 2 --dist loadfile" \
		--cov=bassboss_lib --cov-branch --cov-report=
	$(BIN)/coverage report --show-missing --fail-under=100 --include="$(subst $(EMPTY) $(EMPTY),$(COMMA),$(SURE:%=bassboss_lib/%.py))"

lab: .venv/.runtime ## JupyterLab on the workspace
	$(RUN) lab

bench: .venv/.dev ## ratios to a named reference, measured in the same run
	$(BIN)/python -m tests.benchmarks

lock: .venv/.bootstrap ## write the locks anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements-dev.lock
	printf 'uv\nhatchling\neditables\n' | $(BIN)/uv pip compile - --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q -o requirements-bootstrap.lock

clean: ## remove the environment and the default workspace
	rm -rf .venv outputs

.venv/.bootstrap: requirements-bootstrap.lock
	@test -n "$(PYTHON)" || { echo "no Python 3.11, 3.12 or 3.13 found | next: install one, or name it: make PYTHON3=/path/to/python $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -c 'import ctypes; ctypes.CDLL("libgomp.so.1")' 2>/dev/null || $(PYTHON) -c 'import sys; sys.exit(sys.platform == "linux")' || \
		{ echo "LightGBM needs the system library libgomp.so.1 | next: apt-get install libgomp1 (Debian, Ubuntu) or dnf install libgomp (Fedora, RHEL)" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "this Python cannot make environments | next: apt-get install python3-venv" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@touch $@

.venv/.runtime: .venv/.bootstrap requirements.lock pyproject.toml
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@
