# Each target is one script in scripts/; .ci/run calls test and check and nothing else.
.PHONY: help setup demo test check bench docs page
.DEFAULT_GOAL := help

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## a .venv with the package and all its tools (quick when up to date)
	@scripts/setup

demo: setup  ## run the main job and say where the report lies
	@scripts/demo

test: setup  ## all tests, the browser's too
	@scripts/test

check: setup  ## format, lint, types, import rules, generated docs, leaks, the page
	@scripts/check

bench: setup  ## measure the engine, beside pyblp's own price solver
	@.venv/bin/python scripts/bench

docs: setup  ## write the generated pages of docs/ anew
	@.venv/bin/python scripts/docs

page:  ## build the page of `backhaul serve` (needs node and npm)
	@scripts/page
