# Everything a person or CI runs. Each target sets up what it needs.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo play serve test check unit joint parts prove bench bench-full requirements clean

demo: .venv/run
	$(BIN)/cordboard demo

play: .venv/run
	$(BIN)/cordboard demo --stay

serve: .venv/run
	test -f cordboard.toml || $(BIN)/cordboard init --yes
	$(BIN)/cordboard serve

test: unit joint parts

# One module at a time; no process, no socket but where it can't be told otherwise.
unit: .venv/dev
	$(BIN)/pytest tests/unit -n 2 --dist loadfile

# Several of our own together: sockets, the built-in exchange, crowds of threads and processes.
joint: .venv/dev
	$(BIN)/pytest tests/joint -n 2 --dist loadfile

# Real parts: Asterisk 22, SIPp, Redis, PostgreSQL. Installed here when root; in CI a missing one is a failure.
parts: .venv/dev
	scripts/parts-install.sh
	$(BIN)/pytest tests/parts -n 2 --dist loadfile -rs

# Five times the crashes and losses that `make test` has, but for what takes a minute each time; of the lives of the
# machine ten times as many, and others each time.
prove: .venv/dev
	scripts/parts-install.sh
	CORDBOARD_PROVE_ROUNDS=10 $(BIN)/pytest tests/parts/test_crashes.py tests/parts/test_lossy_*.py \
		tests/parts/test_redis_away.py tests/parts/test_hosts.py tests/joint/machine -n 2 --dist loadfile

# How fast it is, each figure beside its floor: docs/performance.md. Three minutes; real Asterisk when it is there.
bench: .venv/dev
	$(BIN)/python -m bench

# The same with as many calls, legs and past calls as the product is to bear. Half an hour, 20 GB of disk.
bench-full: .venv/dev
	scripts/parts-install.sh
	$(BIN)/python -m bench --calls 500 --repeat 3 --mails 500 --legs 2000 --past 1000000

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv/python:
	$(PYTHON) -m venv .venv
	touch $@

.venv/run: .venv/python requirements.txt pyproject.toml
	$(PIP) -r requirements.txt
	$(PIP) --no-deps -e .
	touch $@

.venv/dev: .venv/run requirements-dev.txt
	$(PIP) -r requirements-dev.txt
	touch $@

# After a change of dependencies in pyproject.toml (needs uv on the PATH).
requirements:
	uv pip compile pyproject.toml --universal --python-version 3.11 --no-header --no-emit-index-url --no-emit-find-links -q -o requirements.txt
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --no-header --no-emit-index-url --no-emit-find-links -q -o requirements-dev.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
