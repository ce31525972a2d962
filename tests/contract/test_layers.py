"""Imports run one way; the syntax trees show it, imports inside functions included.

``errors ← core ← ports ← {service, adapters} ← {agi, web, cli, daemon}`` (design §3): an arrow reads "is imported by".
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import hotdesk_module

PACKAGE = Path(hotdesk_module.__file__).parent
NAME = "hotdesk_module"

# What may import what of ours. An entry point joins everything; those not named here are entry points.
BELOW: dict[str, set[str]] = {
    "__init__": set(),
    "errors": set(),
    "core": {"errors", "core"},
    "ports": {"errors", "core"},
    "config": {"errors"},
    "sequence": {"errors", "core", "ports"},
    "repair": {"errors", "core", "ports", "sequence"},
    "messages": {"errors", "core", "ports"},
    "service": {"errors", "core", "ports", "sequence", "repair", "messages"},
    "dialplan": {"errors", "core"},
    "administration": {"errors", "core", "ports", "service"},
    "archive": {"errors", "core", "ports", "administration", "controls", "queues", "webhooks"},
    "controls": {"errors", "core", "ports"},
    "pins": {"errors", "core", "ports"},
    "queues": {"errors", "core", "ports", "service"},
    "times": set(),
    "days": set(),
    "sentences": {"core", "service"},
    "webhooks": {"errors", "core", "ports", "answers"},
    "health": {"errors", "core", "ports", "sequence", "service", "dialplan", "times", "webhooks", "health"},
    "answers": {"core", "ports", "controls", "service", "times"},
    "adapters": {"errors", "core", "ports", "config", "adapters.sql", "adapters.memory"},
    "compose": {"errors", "core", "ports", "config", "adapters"},
}
ENTRY_POINTS = {"agi", "web", "cli", "daemon", "demo", "__main__"}
# A phone's call must not load the panel, and neither of the two the other's dialogue.
APART = {"agi": {"web", "cli", "daemon", "demo"}, "web": {"agi", "cli", "daemon"}}
# The one that joins the adapters of the database.
JOINS = "adapters.open"

# What may know files, the machine, and what a time of the clock is called.
WORLDLY = {"adapters", "config", "compose", "days", "times"}

# csv, unicodedata, hashlib and hmac work on what they are given; files are the entry points' matter.
PURE = {"__future__", "typing", "enum", "re", "collections", "csv", "unicodedata", "hashlib", "hmac"}
# Chance is asked for in as few places as the world: the rest can be walked through twice, with one outcome.
CHANCE = {"random", "secrets", "uuid"}
BY_CHANCE = {"pins": {"secrets"}}
IO = {"pymysql", "sqlite3", "fcntl", "socket", "ssl", "subprocess", "urllib", "http", "xml", "shutil", "tempfile"}
# One I/O library a file; SQLite's named lock is a lock on a file, and HTTP goes over TLS and a socket with a deadline.
IO_OF = {
    "adapters.light": {"pymysql"},
    "adapters.mysql": {"pymysql"},
    "adapters.sqlite": {"sqlite3", "fcntl"},
    "adapters.ami": {"socket"},
    "adapters.web": {"http", "ssl", "socket"},
    "adapters.schema": {"xml"},
    "adapters.instance": {"fcntl"},
    "config": {"urllib"},
}
HEAVY = {
    "flask",
    "werkzeug",
    "jinja2",
    "waitress",
    "sqlalchemy",
    "flask_sqlalchemy",
    "wtforms",
    "click",
    "dataclasses",
    "logging",
}

FILES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}


def imports(source: str) -> set[str]:
    """Return the dotted names that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "an import relative to the module hides its layer"
            module = node.module or ""
            # "from hotdesk_module.adapters import ledger" imports a module, "from … import LedgerDown" a name.
            names = {f"{module}.{a.name}" for a in node.names}
            found |= {n for n in names if n.startswith(f"{NAME}.") and n[len(NAME) + 1 :] in FILES} or {module}
    return found


def ours(source: str) -> set[str]:
    """Return the modules of this package that a module imports, without the package's name."""
    return {name[len(NAME) + 1 :] for name in imports(source) if name.startswith(f"{NAME}.")}


def others(source: str) -> set[str]:
    """Return the packages from elsewhere that a module imports."""
    return {name.partition(".")[0] for name in imports(source)} - {NAME}


def layer(module: str) -> str:
    """Return the layer of a module."""
    return module.partition(".")[0]


def trespasses(module: str, source: str) -> set[str]:
    """Return the imports of ours that ``module`` may not have."""
    if module == JOINS:
        return {n for n in ours(source) if layer(n) not in BELOW["adapters"] | {"adapters"}}
    allowed = BELOW.get(layer(module))
    if allowed is None:
        return {n for n in ours(source) if layer(n) in APART.get(layer(module), set())}
    return {n for n in ours(source) if n not in allowed and layer(n) not in allowed}


def source(module: str) -> str:
    return FILES[module].read_text(encoding="utf-8")


def test_every_module_has_a_layer() -> None:
    assert {layer(m) for m in FILES} <= set(BELOW) | ENTRY_POINTS
    assert {"errors", "core", "ports", "adapters", "config"} <= {layer(m) for m in FILES}


@pytest.mark.parametrize("module", FILES)
def test_a_module_imports_only_what_lies_below_it(module: str) -> None:
    assert trespasses(module, source(module)) == set()


@pytest.mark.parametrize("module", [m for m in FILES if layer(m) in ("errors", "core")])
def test_the_core_is_pure(module: str) -> None:
    assert others(source(module)) <= PURE


@pytest.mark.parametrize("module", [m for m in FILES if layer(m) in BELOW])
def test_below_the_entry_points_one_file_has_one_io_library(module: str) -> None:
    assert others(source(module)) & IO == IO_OF.get(module, set())


@pytest.mark.parametrize("module", [m for m in FILES if layer(m) in {*BELOW, "agi"}])
def test_the_way_of_a_call_is_light(module: str) -> None:
    assert others(source(module)) & HEAVY == set()


@pytest.mark.parametrize("module", [m for m in FILES if layer(m) in BELOW and layer(m) not in WORLDLY])
def test_only_adapters_and_configuration_see_the_world(module: str) -> None:
    assert others(source(module)) & {"os", "sys", "io", "pathlib", "time", "datetime", "signal"} == set()


@pytest.mark.parametrize("module", [m for m in FILES if layer(m) in BELOW])
def test_nothing_happens_by_chance_but_the_salt_of_a_pin(module: str) -> None:
    assert others(source(module)) & CHANCE == BY_CHANCE.get(module, set())


def test_adapters_load_their_libraries_with_their_first_use() -> None:
    adapters = ["astdb", "inventory", "ledger", "mysql", "open", "sqlite", "switchboard"]
    names = ", ".join(f"{NAME}.adapters.{adapter}" for adapter in adapters)
    script = f"import sys, {names}, {NAME}.config; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=PACKAGE.parent, check=True, capture_output=True, text=True
    ).stdout.split()
    unwanted = {"pymysql", "sqlite3", "socket", "json", "urllib.parse", "xml", "ssl", *HEAVY}
    assert set(loaded) & unwanted == set()


@pytest.mark.parametrize(
    ("module", "text", "found"),
    [
        ("core.plan", "from hotdesk_module.ports import Flags", {"ports"}),
        ("core.plan", "from hotdesk_module.core.model import Keys", set()),
        ("service", "def f():\n    import hotdesk_module.adapters.ledger", {"adapters.ledger"}),
        ("adapters.ledger", "from hotdesk_module.adapters import mysql", {"adapters.mysql"}),
        ("adapters.ledger", "from hotdesk_module.adapters.sql import Row", set()),
        (
            "adapters.open",
            "from hotdesk_module.adapters.mysql import MySql\nimport hotdesk_module.service",
            {"service"},
        ),
        ("agi.main", "from hotdesk_module.web import app", {"web.app"}),
        ("cli", "from hotdesk_module.service import Service", set()),
    ],
)
def test_the_walk_itself_finds_what_it_should(module: str, text: str, found: set[str]) -> None:
    assert trespasses(module, text) == found
