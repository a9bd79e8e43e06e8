# blether's commands. `make install` makes .venv with everything in it; the others see to that first.
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= auto
ARGS ?=

.PHONY: install demo test check bench faults pictures lock clean

install: .venv/.installed

# Hashes are checked, so what runs here is what was locked.
.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "blether needs Python 3.11 or newer; this is %d.%d" % v[:2])'
	@echo "Installing into .venv; this takes a minute or two."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

# Another port: make demo ARGS="--port 0"
demo: install
	@$(BIN)/blether demo $(ARGS)

# One file, one process: make test WORKERS=0 ARGS="tests/flows/test_engine.py"
test: install
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: install
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/blether flows check
	@$(BIN)/pytest -q tests/house

# Ratios against a floor in the same run; writes benchmarks/results.json.
bench: install
	@$(BIN)/python -m benchmarks

# Killed, frozen, cut off and lied to; then what was lost is counted: docs/faults.md. make faults SEED=7 KILLS=20 PEOPLE=40
faults: install
	@$(BIN)/python -m tests.faults $(if $(SEED),--seed $(SEED)) $(if $(KILLS),--kills $(KILLS)) $(if $(PEOPLE),--people $(PEOPLE)) $(ARGS)

# The pictures of the demo in docs/pictures; needs a Chromium.
pictures: install
	@$(BIN)/python -m tests.pictures

# Needs uv on the PATH. The lock names no index, so that any will do.
lock:
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header -p python3.11 --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv
