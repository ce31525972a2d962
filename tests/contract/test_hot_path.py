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


def test_the_script_itself_stays_small_for_it_is_never_compiled_ahead() -> None:
    assert len((ROOT / "agi-bin" / "hotdesk.py").read_text().splitlines()) <= 20
