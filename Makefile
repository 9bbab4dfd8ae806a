# brandkit: every target sets itself up; `make` or `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help

STUDY ?= sample
REPORT_LANGUAGE ?=
PYTHON ?=
UPGRADE ?=
CORPUS ?= ../shared/corpus
REPORT ?= all
SEED ?= 0

# The active conda environment of environment.yml, or our own.
ENVIRONMENT := $(if $(filter brandkit,$(CONDA_DEFAULT_ENV)),$(CONDA_PREFIX),.venv)
RUN := $(ENVIRONMENT)/bin/python

# One thread for each process: pools of spinning threads only slow each other down.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export NUMEXPR_NUM_THREADS := 1
export VECLIB_MAXIMUM_THREADS := 1

# Any Python that runs can start the set-up, which looks for the one to use.
define SET_UP
@for python in "$(PYTHON)" $(RUN) python3 python python3.13 python3.12 python3.11; do \
	if test -n "$$python" && "$$python" -c "import sys; sys.exit(sys.version_info < (3, 8))" \
		2>/dev/null; then \
		exec "$$python" tools/set_up.py --python "$(PYTHON)" $(1); \
	fi; \
done; \
echo "brandkit needs Python 3.11 or newer, and none was found that runs. Install one: on Debian" \
	"or Ubuntu 'apt-get install python3 python3-venv', on Fedora 'dnf install python3', on" \
	"macOS 'brew install python'. Then run the same command again." >&2; exit 2
endef

.PHONY: help
help:  ## say what can be made
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile
	@echo "Variables: STUDY=$(STUDY)  REPORT_LANGUAGE=en|zh-Hant|zh-Hans|all  PYTHON=/path/to/python3"

.PHONY: environment
environment:
	$(call SET_UP)

.PHONY: setup
setup: environment  ## make the environment, once
	@echo "brandkit is set up in $(ENVIRONMENT)."

.PHONY: report
report: environment  ## export a study's reports to reports/
	@$(RUN) -m brandkit report "$(STUDY)" $(if $(REPORT_LANGUAGE),--language "$(REPORT_LANGUAGE)")

.PHONY: test
test: environment  ## run the suite: doctests, tests, notebooks
	@$(RUN) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q -m "not exhaustive"

.PHONY: test-all
test-all: environment  ## run all of it: more data, draws and examples (long)
	@$(RUN) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q --hypothesis-profile=whole

.PHONY: check
check: environment  ## check format, style and types
	@$(RUN) -m ruff format --check --quiet
	@$(RUN) -m ruff check --quiet
	@$(RUN) -m mypy --no-error-summary
	@echo "Format, style and types are in order."

.PHONY: format
format: environment  ## put the code into its form
	@$(RUN) -m ruff check --fix --quiet --select I
	@$(RUN) -m ruff format --quiet

.PHONY: messages
messages: environment  ## bring the catalogues to what brandkit says
	@$(RUN) -m tools.messages

.PHONY: readme
readme: environment  ## bring README's table of questions to the code
	@$(RUN) -m tools.question_table

.PHONY: docs
docs: environment  ## make the site and gallery in docs/site
	@$(RUN) -m tools.make_docs

.PHONY: size
size: environment  ## count lines of code and files, by room
	@$(RUN) tools/size.py

.PHONY: lab
lab: environment  ## open the notebooks in JupyterLab
	@$(RUN) -m jupyterlab notebooks

.PHONY: bench
bench: environment  ## run brandkit beside its peers on the same data
	$(call SET_UP,--peers)
	@$(RUN) -m benchmarks

.PHONY: fuzz
fuzz: environment  ## try 12,000 twisted frames and damaged files (SEED, long)
	@$(RUN) -W ignore -m tests.fuzz --seed "$(SEED)"

.PHONY: simulate
simulate: environment  ## measure coverage and error rates by simulation (long)
	@$(RUN) -m benchmarks.simulations

.PHONY: corpus
corpus: environment  ## run the corpus of survey files (CORPUS, REPORT), where it is there
	@if test -f "$(CORPUS)/run_corpus.py"; then \
		$(RUN) "$(CORPUS)/run_corpus.py" --cases "$(CORPUS)/dev" --clone . --python "$(RUN)" \
			--jobs 2 --report "$(REPORT)" -v; \
	else echo "There is no corpus in $(CORPUS): name its folder, make corpus CORPUS=..."; fi

.PHONY: lock
lock: environment  ## pin every package again (UPGRADE=1 for newer versions)
	@$(RUN) -m uv pip compile pyproject.toml --extra dev --extra lab --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links --quiet \
		--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) -o requirements.lock
	@echo "requirements.lock is pinned; 'make setup' brings the environment to it."
