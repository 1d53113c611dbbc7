# One file to start from: `make help` lists what there is.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready

# The tests start hundreds of processes: compiled once, each of them starts in half the time.
export PYTHONDONTWRITEBYTECODE :=

# Debian's own; only where this user may install packages, and said before it is done.
CHROMIUM = { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo "Installing Chromium by apt, for the tests that look at pages" \
  && apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium >/dev/null 2>&1; }

.DEFAULT_GOAL := help
.PHONY: help setup demo browser test faults week fuzz check lint types imports secrets audit screens docs bench lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## make the virtual environment, with every version pinned by hash

$(STAMP): constraints.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## run the whole service on sample data, then stay up (ONCE=1 to exit)
	$(BIN)/digest demo $(if $(ONCE),--once)

test: setup browser ## run every test
	$(BIN)/python -m pytest -n 4 --dist worksteal

browser: ## install Chromium for the tests that look at pages, where apt may
	@command -v chromium >/dev/null || $(CHROMIUM) || echo "No Chromium here: the tests that look at pages are skipped."

faults: setup ## kill, cut and fill everything, for long, and print a table (ONLY=R-01 for one, AT_ONCE=4 next to each other)
	$(BIN)/python -m tests.faults $(ONLY) $(if $(AT_ONCE),--at-once $(AT_ONCE))

fuzz: setup ## attack each parser for ten minutes (MINUTES=2 for less, ONLY="feeds pages" for some)
	$(BIN)/python -m tests.fuzz $(ONLY) --minutes $(or $(MINUTES),10)

week: setup ## live a week of simulated time with a fault each day, and print a report (PEOPLE=600 for less)
	$(BIN)/python -m tests.faults.week $(if $(PEOPLE),--people $(PEOPLE)) --json build/week.json

check: setup lint types imports secrets audit test ## all that CI runs

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

secrets: setup ## look for passwords and keys in what git keeps
	@if git rev-parse --git-dir >/dev/null 2>&1; \
	then git ls-files -z | xargs -0 -n 400 -P 2 $(BIN)/detect-secrets-hook --no-verify --baseline .secrets.baseline; \
	else echo "This is no git checkout: secrets were not looked for."; fi

audit: setup ## ask for known holes in the packages that are pinned
	@$(BIN)/python -m tests.audit

screens: browser ## photograph every mail in every way, and compare with the accepted sheets
	$(BIN)/python -m tests.screens build/screens

# Material is kept until May 2027 and says so at each build; Zensical, its successor, reads mkdocs.yml.
docs: setup ## make a site of the documents in build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

bench: setup ## measure, and print ratios against a reference run at the same time
	$(BIN)/python -m bench

PINNED = --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet

lock: setup ## pin the newest versions again: all of them, and those that the service itself needs
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --upgrade \
	  $(PINNED) --output-file constraints.txt
	$(BIN)/uv pip compile pyproject.toml --extra build --constraints constraints.txt --universal --python-version 3.11 \
	  $(PINNED) --output-file constraints.run.txt

clean: ## remove what the other targets made
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
