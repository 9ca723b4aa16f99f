# Influencer storefront. `make` alone prints help.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo demo-reset test check bench shots messages lock

help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.runtime ## make .venv and install what running needs
setup-dev: $(VENV)/.dev ## install what tests and checks need, too

$(VENV)/.runtime: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || { echo "Making $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "Installing what running needs (once, a minute or two)"
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.txt
	@echo "Installing what tests and checks need (once)"
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements-dev.txt
	@touch $@

demo: $(VENV)/.runtime ## a shop full of people on http://127.0.0.1:8000 (PORT=9000 for another); Ctrl-C stops it
	@exec $(MANAGE) demo --port $(PORT)

demo-reset: ## remove the demo world; the next `make demo` starts over
	@rm -rf var/db.sqlite3 var/db.sqlite3-wal var/db.sqlite3-shm var/media var/mail
	@echo "The demo world is gone. make demo builds it anew."

test: $(VENV)/.dev ## every test; browser tests run where Chromium is
	@$(BIN)/pytest $(ARGS)

check: $(VENV)/.dev ## style, types, floors, templates, migrations, messages, production settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy accounts catalog commissions config core discovery influencers lists notifications orders privacy sparks storefront
	$(BIN)/lint-imports
	$(MANAGE) makemigrations --check --dry-run
	$(BIN)/python -m config.messages --check
	DEBUG=0 SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') ALLOWED_HOSTS=shop.example \
	  SITE_URL=https://shop.example DATABASE_URL=postgres://u:p@127.0.0.1/x REDIS_URL=redis://127.0.0.1/0 EMAIL_URL=smtp://127.0.0.1:25 \
	  ALLOW_TEST_GATEWAY=1 $(MANAGE) check --deploy --fail-level WARNING

bench: $(VENV)/.runtime ## figures: pages beside a constant view, the import's rows per second
	@$(MANAGE) bench pages
	@$(MANAGE) bench import

shots: $(VENV)/.dev ## pictures of the main pages of a running demo, into shots/
	@$(MANAGE) shots --url http://127.0.0.1:$(PORT)

messages: $(VENV)/.dev ## collect the texts of the site and compile their translations
	@if command -v msgfmt >/dev/null && command -v xgettext >/dev/null; then $(MANAGE) makemessages -l zh_Hans --no-location --ignore .venv --ignore var --ignore tests -v0; \
	else echo "gettext is not here: texts are compiled, not collected"; fi
	@$(BIN)/python -m config.messages

lock: ## renew requirements*.txt from the .in files
	$(BIN)/python -m pip install --disable-pip-version-check --quiet uv
	$(BIN)/uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-header -o requirements.txt requirements.in
	$(BIN)/uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-header -o requirements-dev.txt requirements-dev.in
