# Todoke needs Python 3.11 or newer and make; everything else is set up below .venv on first use.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
ORDERS ?= 100000
CUSTOMERS ?= 100000
BENCH := .venv/.bench-installed
STANDINS := tests/standins/node_modules/.package-lock.json

# Where it is set every process would compile three thousand modules again: five seconds each.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo test check olist storms walk replay simulate serve stop chaos bench lock clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

install: $(STAMP) ## .venv with everything in it: then .venv/bin/todoke try EXPORT.csv

demo: $(STAMP) ## the sample shop's hour, messages and all, in ./.demo
	@TODOKE_HOME="$(CURDIR)/.demo" $(BIN)/todoke demo

test: $(STAMP) $(STANDINS) ## all tests
	@$(BIN)/python -m pytest -n 3 --dist loadgroup

check: $(STAMP) ## what a change must pass besides the tests: style, types, rules, templates and SQL
	@echo "ruff: style and format" && $(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "mypy: types" && $(BIN)/mypy
	@echo "rules: imports, sizes, SQL files, lock, documents, workflows" && $(BIN)/python -m pytest tests/rules
	@echo "todoke check: templates, SQL, settings" && $(BIN)/todoke check

olist: $(STAMP) ## a month of 10,000 real orders hour by hour, one line a claim (TODOKE_TEST_DATA; some 20 minutes)
	@$(BIN)/python -m tests.walks.olist

storms: $(STAMP) ## 20 seeds of storms that detection cannot read: who is told in time, and who wrongly (some 20 minutes)
	@$(BIN)/python -m tests.walks.storms

walk: $(STAMP) ## 120 days of the sample shop: who gets which message, and that no rule of pressure is broken (some 30 minutes)
	@$(BIN)/python -m tests.walks.shop

replay: $(STAMP) ## 60 rough days and the Olist November decided again, moved facts, the cost of history; ten accidents (some 30 minutes)
	@$(BIN)/python -m tests.walks.replay
	@$(BIN)/python -m tests.accidents

simulate: $(STAMP) ## 30 days to come of a sample shop with CUSTOMERS=100000, measured; plots in simulate.html
	@$(BIN)/python -m tests.walks.simulate $(CUSTOMERS)

serve: $(STAMP) ## Prefect server, worker and hourly deployment on this machine
	@$(BIN)/todoke serve

stop: ## stop what serve and demo started
	@test ! -d .demo || TODOKE_HOME="$(CURDIR)/.demo" $(BIN)/todoke stop
	@test ! -d .bench || TODOKE_HOME="$(CURDIR)/.bench" $(BIN)/todoke stop
	@test ! -d "$${TODOKE_HOME:-$(HOME)/.local/share/todoke}" || $(BIN)/todoke stop

chaos: $(STAMP) ## the slow proofs: kill -9 and stops at random, a third of all posts faulted
	@$(BIN)/python -m pytest tests/chaos -m chaos -s

bench: $(STAMP) $(BENCH) ## the reference hour, measured; ORDERS=100000 (a million is the reference)
	@TODOKE_HOME="$(CURDIR)/.bench" $(BIN)/todoke bench --orders $(ORDERS); code=$$?; TODOKE_HOME="$(CURDIR)/.bench" $(BIN)/todoke stop; exit $$code

lock: ## make requirements.lock agree with pyproject.toml (needs uv; UPGRADE=--upgrade takes the newest of all)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 $(UPGRADE) \
		-o requirements.lock --no-emit-index-url --no-header --no-annotate --quiet
	uv pip compile pyproject.toml --extra bench --constraint requirements.lock --universal --python-version 3.11 \
		-o requirements-bench.lock --no-emit-index-url --no-header --no-annotate --quiet

clean: ## remove the virtual environment and the demo; stop what they run first
	@$(MAKE) --no-print-directory stop
	rm -rf .venv .demo .bench tests/standins/node_modules

$(STANDINS): tests/standins/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: tests of the SES and Resend stand-ins are skipped." >&2; exit 0; }; \
		npm ci --silent --prefix tests/standins || echo "npm ci failed: tests of the SES and Resend stand-ins are skipped." >&2

$(BENCH): requirements-bench.lock $(STAMP)
	@echo "Adding what the benchmark is compared with ..."
	@$(BIN)/python -m pip install -q --no-compile --disable-pip-version-check -r requirements-bench.lock
	@touch $@

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Todoke needs Python 3.11 or newer; $(PYTHON) is `$(PYTHON) --version 2>&1`. Try: make PYTHON=python3.11 ..." >&2; exit 2; }
	@echo "Setting up .venv (once; one to two minutes) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
		{ echo "No virtual environment could be made: on Debian, apt-get install python3-venv." >&2; exit 2; }
	@$(BIN)/python -m pip install -q --no-compile --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@
