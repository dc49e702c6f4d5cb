# Every command of the project; `make help` lists them. What a command needs is installed by tools/setup.py.

PYTHON ?= python3
VENV   := .venv/bin/python
SETUP   = @$(PYTHON) -m tools.setup

export ARGS ONLY

.DEFAULT_GOAL := help
.PHONY: help run test check bench soak client preview shots migration contract release requirements fresh

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-13s %s\n", $$1, $$2 }'

run: ## Install what is missing and serve a demo library on http://127.0.0.1:8080 (PORT= changes it)
	$(SETUP) run
	@exec $(VENV) -m server run --demo

test: ## Everything, on both databases and in a browser (ARGS="-k seats" for pytest, ONLY=sqlite,postgres,client,browser)
	$(SETUP) test
	@$(VENV) -m tools.test

check: ## Linters, types, formats, templates
	$(SETUP) check
	@$(VENV) -m tools.check

bench: ## The product beside a baseline, same work, same run (ONLY=book for one row)
	$(SETUP) check
	@$(VENV) -m bench $(if $(ONLY),--only $(ONLY))

soak: ## The long forms of the long tests
	$(SETUP) test
	@$(VENV) -m pytest tests/soak --timeout=0 $(ARGS)

client: ## Build what the mini-program takes from npm; then open miniprogram/ in WeChat DevTools
	$(SETUP) client

preview: ## Rebuild the preview in the browser at every change
	$(SETUP) client
	@exec .venv/bin/node miniprogram/preview/build.mjs --watch

shots: ## Every page in light, dark and the largest type, on one sheet
	$(SETUP) test
	@$(VENV) -m tests.browser.shots

migration: ## Write the next migration from the models (NAME=what_it_does)
	$(SETUP) python
	@$(VENV) -m server make-migration $(NAME)

contract: ## Write contract/openapi.json and the client's types from the routes
	$(SETUP) client
	@$(VENV) -m tools.contract

release: ## Set the version everywhere, date the changelog, keep the contract (VERSION=0.2.0)
	$(SETUP) client
	@$(VENV) -m tools.release $(VERSION)

requirements: ## Pin requirements*.txt anew after a change of requirements*.in (UPGRADE=1 takes newer versions)
	$(SETUP) python
	@$(VENV) -m tools.requirements $(if $(UPGRADE),--upgrade)

fresh: ## The two commands in a new clone with an empty home
	@$(PYTHON) -m tools.fresh
