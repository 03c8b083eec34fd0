# make demo, make test: all that a fresh machine needs. make repro: the study.
PYTHON ?= python3
KILLS ?= 10
MUTANTS ?= 1000000
PYTEST = python -m pytest -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: demo test test-slow repro bench verify kill fuzz reproduce-check audit lint check-lock carry paper-tables env clean

demo: env      ## the paper's study on chorales that ship with music21, in build/demo
	@python -m tools.demo

test: env      ## the test suite
	@$(PYTEST) -m "not slow"

test-slow: env ## the rest: whole processes, killed ones, an empty environment, a bucket
	@$(PYTEST) -m slow

repro: env     ## the paper's study on MAESTRO
	@dvc repro

bench: env     ## how fast it all is, as a table and in benchmarks/results.json
	@python -m benchmarks
	@python -m benchmarks.generation
	@python -m benchmarks.peak

verify: env    ## every stage twice, small: the same bytes?
	@python -m tools.checks.verify

kill: env      ## every stage, small, killed KILLS times: the same bytes? KILL_ONLY=--trainings: those that train
	@python -m tools.checks.kill $(KILLS) $(KILL_ONLY)

fuzz: env      ## MUTANTS changed MIDI files, read as stages, command and page do: does any break a reader?
	@python -m tools.checks.fuzz $(MUTANTS) $(if $(wildcard data/corpus),data/corpus,primers)

reproduce-check: env  ## a random twentieth of the study's trainings again: as in git?
	@python -m tools.checks.reproduce

audit: env     ## known vulnerabilities of the pinned packages
	@python -m pip install -q -c constraints.txt -e '.[audit]'
	@pip-audit --strict --disable-pip --no-deps -r constraints.txt

lint: env tools/javascript/node_modules  ## style and types, of Python and of the page's JavaScript
	@ruff check . && ruff format --check . && mypy
	@cd tools/javascript && node_modules/.bin/tsc && node_modules/.bin/biome lint --error-on-warnings ../../src/maestro_lstm/web/live

tools/javascript/node_modules: tools/javascript/package-lock.json .venv/ready
	@npm ci --loglevel=error --prefix tools/javascript && touch $@

check-lock: env  ## do the locks, params.yaml, the code and the results belong together?
	@python -m tools.checks.lock

carry: env     ## is this code equal to that at BASE in all it makes? Then its results stay; MOVED="old=new", CHANGED="path"
	@python -m tools.carry $(BASE) $(if $(MOVED),--moved "$(MOVED)") $(if $(CHANGED),--changed "$(CHANGED)")

paper-tables: env  ## the paper's figures as the git tag paper-tables, for dvc metrics diff
	@python -m tools.paper_tables

env: .venv/ready

.venv/ready: pyproject.toml constraints.txt tools/make_env.py
	@command -v $(PYTHON) >/dev/null || { echo "error: no $(PYTHON) here; install Python 3.11 or later, or say make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) tools/make_env.py

clean:         ## everything that make made here; the study's data and results stay
	rm -rf .venv build tools/javascript/node_modules
