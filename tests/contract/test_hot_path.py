"""What a call must not pay for: heavy imports, and a database before a prompt is playing (design §3)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FORBIDDEN = {
    "flask",
    "werkzeug",
    "jinja2",
    "sqlalchemy",
    "wtforms",
    "click",
    "dataclasses",
    "inspect",
    "logging",
    "pymysql",
    "sqlite3",
    "asyncio",
    "http",
    "ssl",
}


def test_the_script_of_a_call_imports_nothing_heavy() -> None:
    code = "import sys, hotdesk_module.agi.main; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "hotdesk_module" in loaded
    assert loaded & FORBIDDEN == set()


def test_pymysql_is_loaded_without_what_a_call_does_not_need() -> None:
    code = """
import sys
from hotdesk_module.adapters.open import load_driver
from hotdesk_module.adapters.mysql import MySql
from hotdesk_module.config import Database
from hotdesk_module.errors import LedgerDown
there = Database("mysql", socket="/nonexistent/socket", name="asterisk", user="u", password="p")
load_driver(there)
assert "pymysql" in sys.modules
needless = {"ssl", "cryptography", "traceback", "configparser", "inspect"} & {n.partition(".")[0] for n in sys.modules}
try:
    MySql(there).select("SELECT 1")
except LedgerDown as error:
    print(error.message)
import ssl, traceback, configparser
assert ssl.SSLContext and traceback.print_exc
print(sorted(needless))
"""
    lines = _run(code)
    assert lines[0].startswith("The database asterisk at /nonexistent/socket does not answer")
    assert lines[1:] == ["[]"]


def test_pymysql_is_whole_where_the_server_is_reached_by_tcp() -> None:
    code = """
import sys
from hotdesk_module.adapters.open import load_driver
from hotdesk_module.config import Database
load_driver(Database("mysql", host="db.example.com"))
assert "pymysql" not in sys.modules
import pymysql
print(pymysql.connections.SSL_ENABLED)
"""
    assert _run(code) == ["True"]


def _run(code: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_the_script_itself_stays_small_for_it_is_never_compiled_ahead() -> None:
    assert len((ROOT / "agi-bin" / "hotdesk.py").read_text().splitlines()) <= 20
