# The two commands of a newcomer are `make rank` and `make test`; both set up what they need.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
IOSCORE := $(BIN)/ioscore
IN_VENV := $(BIN)/python -m

.PHONY: rank report regress lab notebooks test acceptance lint verify benchmarks clean

rank: .venv/used
	$(IOSCORE) rank

report: .venv/modelled
	$(IOSCORE) report --output reports/thesis

regress: .venv/modelled
	$(IOSCORE) regress all --jobs 2 --output reports/seizures

# Links of the notebooks lead out of their folder, so that Lab's root is the project.
lab: .venv/lab
	$(BIN)/jupyter lab --LabApp.default_url=/lab/tree/notebooks/01_evidence_and_codebook.ipynb

# After an edit: notebooks and their text in step, outputs out.
notebooks: .venv/lab
	$(BIN)/jupytext --sync notebooks/*.ipynb
	$(BIN)/nbstripout --extra-keys "metadata.jupytext metadata.language_info metadata.widgets" notebooks/*.ipynb

test: .venv/tested lint
	$(IN_VENV) pytest -n auto -m "not acceptance"

# Full-size checks; CI runs them after the tests.
acceptance: .venv/tested
	$(IN_VENV) pytest -m acceptance

lint: .venv/tested
	$(IN_VENV) ruff check .
	$(IN_VENV) ruff format --check .
	$(IN_VENV) mypy
	$(BIN)/lint-imports

verify: .venv/used
	$(IOSCORE) verify --sources "$(IOSCORE_SOURCES)"

benchmarks: .venv/tested
	$(IN_VENV) pip install --quiet --disable-pip-version-check --no-deps -r benchmarks/peers.txt
	$(BIN)/python benchmarks/cold_start.py
	$(BIN)/python benchmarks/sensitivity.py
	$(BIN)/python benchmarks/curve.py
	$(BIN)/python benchmarks/explorer.py
	$(BIN)/python benchmarks/report.py

.venv/used: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(IN_VENV) pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/modelled: .venv/used
	$(IN_VENV) pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[regression]"
	@touch $@

.venv/lab: .venv/used
	$(IN_VENV) pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[lab,regression]"
	@touch $@

.venv/tested: .venv/used
	$(IN_VENV) pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]"
	@touch $@

clean:
	rm -rf .venv build dist .*_cache .hypothesis
