# "make demo" shows the product, "make test" checks it, "make package" builds what Module Admin installs. Each sets up what
# it needs.

.PHONY: demo test lint unit package acceptance bench compare soak translations clean

PORT ?= 8080

demo:
	@tools/venv
	@.venv/bin/python -m hotdesk_module.demo --port $(PORT)

test: lint
	@tools/test-machine
	.venv/bin/python -m pytest

# Without root, MariaDB or Asterisk, in seconds.
unit: lint
	.venv/bin/python -m pytest tests/unit tests/contract -m "not slow and not mariadb and not asterisk"

lint:
	@tools/venv test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	@if [ -x .venv/bin/mypy ]; then .venv/bin/mypy; else echo "Types are not checked: mypy needs Python 3.10."; fi

# dist/hotdesk-<version>.tgz, the same bytes from the same source.
package:
	@tools/venv
	@.venv/bin/python -m tools.package

# On a machine with FreePBX, as root; it changes that PBX and puts it back, so it wants HOTDESK_ACCEPTANCE=1.
acceptance:
	@tools/venv acceptance
	.venv/bin/python -m pytest tests/freepbx -v

# How fast it is, on real Asterisk and MariaDB: writes docs/performance.md. PARTS="logins load" measures only those.
bench:
	@tools/venv test
	@tools/test-machine
	@.venv/bin/python -m benchmarks $(PARTS) --runs $(or $(RUNS),30) $(if $(PARTS),,--to docs)

# FreePBX's own login beside ours, on a machine with FreePBX as for "make acceptance": writes docs/performance_freepbx.md.
compare:
	@tools/venv acceptance
	@.venv/bin/python -m benchmarks.incumbent --runs $(or $(RUNS),30) --to docs

# Does anything grow in an hour of logins at real SIP phones? MINUTES=3 is a short one.
soak:
	@tools/venv test
	@tools/test-machine
	@.venv/bin/python -m benchmarks.soak --minutes $(or $(MINUTES),60)

# After words of the panel have changed: for the translators, and for gettext.
translations:
	@tools/venv test
	@tools/translations

clean:
	rm -rf .venv .demo .mypy_cache .pytest_cache .ruff_cache dist
