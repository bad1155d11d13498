# Everything a person does with this repository. `make` alone lists it; `make X ARGS=…` passes words on.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first interpreter that is Python 3.11; else any python3, which is enough for the doctor to explain.
ifndef PYTHON
PYTHON := $(shell for p in python3.11 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && { echo "$$p"; exit; }; \
	done; echo python3)
endif

VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
BOOTED := $(VENV)/.uv-installed
SETUP := $(VENV)/.locks-installed
BUNDLE := build/gpu-bundle
BLENDERS := build/blender-4.2 build/blender-5.0
TWO := $(CURDIR)/build/blender-4.2/bin/python:$(CURDIR)/build/blender-5.0/bin/python
THREE := $(CURDIR)/$(PY):$(TWO)

# The interpreter is the system's, and what is installed is wheels: a bare machine has no compiler.
export UV_PYTHON_DOWNLOADS := never
# Compiled now, by all cores, and not by whatever is started first.
export UV_COMPILE_BYTECODE := 1
INSTALL := $(UV) pip install --quiet --python $(PY)
SYNC := $(UV) pip sync $(if $(CI),--quiet) --require-hashes --only-binary :all: --python

# What is asked of `make put`, with all its quotes and signs, which a shell would read.
export FILE

# A demo or a test run tells nobody that it happened.
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
# A busy machine takes longer to start Prefect's temporary server than the 20 seconds that are waited for it.
export PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS ?= 120

DEMO := out/demo

.PHONY: help
help: ## List what can be made
	@awk -F ':.*## ' '/^##@ / { print "\n" substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

##@ Begin

.PHONY: doctor
doctor: ## Say what this machine lacks, with the one apt line that mends it
	@command -v "$(PYTHON)" >/dev/null || { echo "doctor: no Python is installed; run: apt-get update && \
	apt-get install -y --no-install-recommends python3 python3-venv" >&2; exit 1; }
	@"$(PYTHON)" -I infra/doctor.py $(ARGS)

# What every other target asks first: only what wants attention, and not on stdout, which is theirs.
.PHONY: .doctor
.doctor:
	@$(MAKE) doctor ARGS=--brief >&2

.PHONY: setup
setup: $(SETUP) ## Install the locked environment into .venv (again only when a lock changed)

$(BOOTED): requirements/bootstrap.lock | .doctor
	@test -x $(PY) || "$(PYTHON)" -m venv $(VENV) >&2
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
		-r requirements/bootstrap.lock >&2
	@touch $@

$(SETUP): requirements/dev.lock $(wildcard pyproject.toml) $(BOOTED) | .doctor
	@echo "setup: installing requirements/dev.lock into $(VENV)" >&2
	@$(SYNC) $(PY) requirements/dev.lock >&2
	@$(INSTALL) --offline --no-deps --no-build-isolation --editable . >&2
	@$(MAKE) .database
	@touch $@
	@echo "setup: done" >&2

# What Prefect's server keeps its runs in takes longer to make than the server to start. One that is there is
# left alone.
.PHONY: .database
.database:
	@file="$${PREFECT_HOME:-$$HOME/.prefect}/prefect.db"; test -e "$$file" || \
	PREFECT_SERVER_DATABASE_CONNECTION_URL="sqlite+aiosqlite:///$$file" \
	$(VENV)/bin/prefect server database upgrade --yes >/dev/null || \
	echo "setup: note  no database for Prefect yet; its server will try again" >&2

.PHONY: demo
demo: $(SETUP) ## Turn a ball bearing of 140 parts into a still and a turntable, in out/demo
	@$(PY) examples/demo.py $(DEMO)

.PHONY: catalogue-demo
catalogue-demo: $(SETUP) ## Render a catalogue of 30 products, change two, and render it again, in out/catalogue
	@$(PY) examples/catalogue_demo.py out/catalogue

.PHONY: gallery
gallery: $(SETUP) ## Show and measure every b-roll template in out/gallery/index.html (ARGS=TEMPLATE for one)
	@$(PY) examples/gallery.py $(ARGS)

.PHONY: put
put: $(SETUP) ## Bring a file into the store and print its address (make put FILE=part.step)
	@$(PY) -m flows.put_source "$$FILE"

##@ Check

.PHONY: test
test: $(SETUP) ## Run all the tests, real Blender, ffmpeg, OCCT and Prefect included
	@$(PY) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: check
check: $(SETUP) ## What CI runs: format, lint, types, import contracts, the tests, a frame of each Blender
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports
	@$(MAKE) test
	@$(MAKE) .one-frame

.PHONY: faults
faults: $(SETUP) ## Kill runs at every named point and see them resume; read 1,500 damaged files
	@$(PY) -m pytest tests/faults tests/fuzz -m '' $(ARGS)

.PHONY: faults-rental
faults-rental: $(SETUP) ## Lose 40 rented machines, replies and the worker under 40 runs; see them resume; a catalogue and a shot there
	@$(PY) -m pytest tests/rental/test_catalogue.py tests/rental/test_shots.py tests/rental/test_forty_runs.py -m '' $(ARGS)

.PHONY: scale-rental
scale-rental: $(SETUP) ## In virtual time: 2,000 runs on 500 rented machines, and 200 bad days
	@$(PY) -m pytest tests/rental/test_two_thousand_runs.py -s -m long $(ARGS)

.PHONY: bench
bench: $(SETUP) ## Measure: one JSON object a line (make bench ISSUE=2 for one issue's figures)
	@$(PY) -m benchmarks $(if $(ISSUE),--issue $(ISSUE)) $(ARGS)

.PHONY: test-blenders
test-blenders: $(BLENDERS:%=%/.locks-installed) ## Run the Blender tests with 4.2, 4.5 and 5.0
	@RENDERMILL_TEST_BLENDERS="$(THREE)" $(PY) -m pytest tests/blender_scripts $(ARGS)

# A part of `make check`: that these two still open and render a shot is seen in seconds.
.PHONY: .one-frame
.one-frame: $(BLENDERS:%=%/.locks-installed)
	@RENDERMILL_TEST_BLENDERS="$(TWO)" $(PY) -m pytest -q tests/blender_scripts/test_one_frame.py

# Nothing but the wheel and what it imports: the tests themselves run in our own environment.
build/blender-%/.locks-installed: requirements/blender-%.lock | $(SETUP)
	@test -x $(@D)/bin/python || $(UV) venv --quiet --python $(PY) $(@D) >&2
	@UV_COMPILE_BYTECODE=0 $(SYNC) $(@D)/bin/python $< >&2
	@touch $@

##@ Serve

.PHONY: server
server: $(SETUP) ## Start a Prefect server and its page on this machine
	@$(VENV)/bin/prefect server start $(ARGS)

# The server that this shell or Prefect's profile names, or else the one that `make server` starts.
API := PREFECT_API_URL="$$($(PY) -c 'from prefect.settings import PREFECT_API_URL as url; \
	print(url.value() or "http://127.0.0.1:4200/api")')"

# Who cancels a run wants its render to end now: the server looks for such pairs every 20 s unless told.
server: export PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS ?= 4
# A run changes queues once, so the 10 s that a worker takes between two looks would be waited for twice.
worker: export PREFECT_WORKER_QUERY_SECONDS ?= 2
# Without it, a run that is cancelled while its process starts stays in Cancelling for five minutes.
worker: export PREFECT_WORKER_ENABLE_CANCELLATION ?= true

.PHONY: deploy
deploy: $(SETUP) ## Give that server the pool `local`, its queues and the deployments that run in this folder
	@export $(API) && echo "deploy: to $$PREFECT_API_URL" >&2 && \
		$(PY) -m infra.work_pools.local && $(DEPLOY) --name local $(ARGS)

# What prefect.yaml asks for where code travels in an image; each can be said in the environment (docs/images.md).
image deploy-docker deploy-runpod test-docker: export RENDERMILL_IMAGE ?= rendermill
image deploy-docker deploy-runpod: export RENDERMILL_BASE ?= debian:bookworm-slim
image deploy-docker deploy-runpod: export RENDERMILL_INDEX_URL ?=
image deploy-docker deploy-runpod: export RENDERMILL_BUILD_NETWORK ?=
deploy-docker deploy-runpod: export RENDERMILL_GIVEN ?=
deploy-docker deploy-runpod: export RENDERMILL_CODE ?= /opt/rendermill
deploy-docker deploy-runpod: export RENDERMILL_POOL ?= $(or $(POOL),runpod-secure)
VERSION = RENDERMILL_VERSION="$$($(PY) -m infra.images.version)"
DEPLOY := $(VENV)/bin/prefect --no-prompt deploy

.PHONY: deploy-docker
deploy-docker: $(SETUP) ## Build the image and give that server the pool `docker` and its deployments
	@export $(API) $(VERSION) && echo "deploy: $$RENDERMILL_VERSION to $$PREFECT_API_URL" >&2 && \
		$(PY) -m blocks.registration && \
		$(PY) -m infra.work_pools.docker $(if $(FOLDER),--folder "$(FOLDER)") && $(DEPLOY) --name docker $(ARGS)

.PHONY: deploy-runpod
deploy-runpod: $(SETUP) ## Build and push the GPU image and give that server the pools at RunPod and their deployments
	@export $(API) $(VERSION) && echo "deploy: $$RENDERMILL_VERSION to $$PREFECT_API_URL" >&2 && \
		$(PY) -m infra.work_pools.runpod $(if $(PRIVATE_NETWORK),--private-network) && $(DEPLOY) --name runpod $(ARGS)

.PHONY: blocks
blocks: $(SETUP) ## Make our blocks known to that server, and this machine's store as object-store/default
	@export $(API) && $(PY) -m blocks.registration

.PHONY: worker
worker: POOL ?= local
worker: $(SETUP) ## Start a worker of the pool `local` and its renderer host, or of another (POOL=runpod-secure)
	@export $(API) && echo "worker: of $(POOL) at $$PREFECT_API_URL" >&2 && \
		$(if $(filter local,$(POOL)),$(PY) -m infra.work_pools.local &&) \
		$(if $(filter local,$(POOL)),exec $(PY) -m infra.renderer_host --) \
		$(VENV)/bin/prefect worker start --pool "$(POOL)" $(ARGS)

.PHONY: runpod-sim
runpod-sim: $(SETUP) ## Start a stand-in for RunPod's cloud on this machine; its pods are processes
	@$(PY) -m tests.fakes.runpod $(ARGS)

##@ Images

.PHONY: image
image: $(SETUP) ## Build the image for machines with a container engine (TARGET=gpu for GPUs) and say its size
	@$(PY) -m infra.images.build --name "$$RENDERMILL_IMAGE" --target "$(or $(TARGET),cpu)" \
		--base "$$RENDERMILL_BASE" --index-url "$$RENDERMILL_INDEX_URL" --network "$$RENDERMILL_BUILD_NETWORK"
	@$(MAKE) image-size IMAGE="$$RENDERMILL_IMAGE:$$($(PY) -m infra.images.version)"

.PHONY: image-size
image-size: $(SETUP) ## Say how large IMAGE is and what fills it
	@$(PY) -m infra.images.size "$(IMAGE)"

.PHONY: test-docker
test-docker: $(SETUP) ## Render in a container of the image, on an engine that is there or is started for it
	@$(PY) -m pytest tests/docker -m '' --timeout 3000 $(ARGS)

##@ GPU

.PHONY: gpu-bundle
gpu-bundle: $(SETUP) ## Pack Python, wheels and ffmpeg for a GPU machine without a network
	@$(PY) -m infra.gpu.bundle $(BUNDLE) $(ARGS)

.PHONY: gpu-check
gpu-check: $(SETUP) ## Say what this machine's GPU does for us, with proof; out/gpu-check.json
	@$(PY) -m infra.gpu.check --out out/gpu-check.json $(ARGS)

##@ Keep house

.PHONY: lock
lock: $(BOOTED) ## Rewrite requirements/*.lock from the .in files (UPGRADE=1 to move versions)
	@for name in bootstrap base dev blender-4.2 blender-5.0; do \
		echo "lock: requirements/$$name.lock" >&2; \
		$(UV) pip compile --quiet $(if $(UPGRADE),--upgrade) --generate-hashes --no-emit-index-url \
			--only-binary :all: --python-version 3.11 --python-platform x86_64-manylinux_2_28 \
			--custom-compile-command 'make lock' requirements/$$name.in -o requirements/$$name.lock \
			>/dev/null || exit 1; \
	done

.PHONY: clean
clean: ## Remove what can be made again (the environment stays)
	@rm -rf build out/demo out/catalogue out/gallery out/gpu-check.json .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
