"""The documents name every command, option, error and setting there is, and none that there is not."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from hotdesk_module.agi.prompts import REFUSALS
from hotdesk_module.cli import hotdesk
from hotdesk_module.cli.exits import EXITS, UNHEALTHY
from hotdesk_module.cli.settings import values_of
from hotdesk_module.core import changes, drift
from hotdesk_module.core.model import EVENTS
from hotdesk_module.core.pool import FIELDS
from hotdesk_module.core.settings import SPECS
from hotdesk_module.errors import all_codes
from hotdesk_module.health import cures
from tests.support.front import Front

DOCS = Path(__file__).resolve().parents[2] / "docs"
CLI = (DOCS / "cli.md").read_text(encoding="utf-8")
ERRORS = (DOCS / "errors.md").read_text(encoding="utf-8")
# Those that every command has; the document explains them once.
EVERYWHERE = ("--json", "--as")


def commands(group: click.Group, path: str = "hotdesk") -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, with what one types for it."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


COMMANDS = dict(commands(hotdesk))


def section(command: str) -> str:
    """Return what the document says under the heading of a command."""
    found = re.search(rf"^### `{command}\b[^\n]*\n(.*?)(?=^##|\Z)", CLI, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def table(text: str) -> dict[str, list[str]]:
    """Return the rows of a document's tables whose first cell is a name, by that name."""
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line[:2] == "| "]
    return {row[0].strip("` "): row for row in rows if row[0].startswith("`")}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_section(command: str) -> None:
    assert re.search(rf"^### `{command}\b", CLI, re.MULTILINE)


def test_every_command_with_a_section_exists() -> None:
    headings = re.findall(r"^### `(hotdesk[a-z -]*)", CLI, re.MULTILINE)
    assert sorted(h.strip() for h in headings) == sorted(COMMANDS)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c != "hotdesk phones edit"])
def test_every_option_is_in_its_commands_section(command: str) -> None:
    options = [o for p in COMMANDS[command].params if isinstance(p, click.Option) for o in (*p.opts, *p.secondary_opts)]
    missing = [o for o in options if o not in EVERYWHERE and f"`{o}" not in section(command)]
    assert missing == []


def test_editing_takes_the_options_of_adding() -> None:
    def options(command: str) -> list[str]:
        return [o for p in COMMANDS[command].params if isinstance(p, click.Option) for o in p.opts]

    assert options("hotdesk phones edit") == options("hotdesk phones add")


@pytest.mark.parametrize("option", EVERYWHERE)
def test_what_every_command_has_is_explained_once(option: str) -> None:
    assert f"| `{option}" in CLI
    assert all(any("--json" in p.opts for p in c.params) for c in COMMANDS.values())


def test_the_document_names_the_columns_of_the_file() -> None:
    assert [f for f in FIELDS if f"`{f}`" not in section("hotdesk phones import")] == []


def test_every_event_of_the_history_has_a_row_with_its_codes() -> None:
    rows = table(section("hotdesk history"))
    assert tuple(rows) == EVENTS
    codes = {name: re.findall(r"`([a-z_]+)`", row[2]) for name, row in rows.items()}
    assert codes["repair"] == [drift.DRIFT, drift.RECURRING, cures.FORGOTTEN, cures.FORWARDS_REMOVED]
    assert codes["pin"] == [changes.PIN_SET, changes.PIN_REMOVED]
    assert codes["pool"][:3] == [changes.ADDED, changes.CHANGED, changes.REMOVED]
    assert codes["settings"] == [changes.CHANGED]


def test_every_setting_is_in_the_document_as_it_is() -> None:
    rows = table(CLI[CLI.index("\n## Settings") : CLI.index("\n## Repair")])
    for spec in SPECS:
        default = f"`{spec.default}`" if spec.default else "empty"
        assert rows.get(spec.name, [])[1:] == [default, values_of(spec), spec.help], spec.name


@pytest.mark.parametrize("code", all_codes())
def test_every_error_has_a_row_with_its_exit_status_and_its_sounds(code: str) -> None:
    row = table(ERRORS).get(code)
    assert row is not None
    _, meaning, heard, status, advice = row
    assert meaning and advice
    assert int(status) == EXITS[code]
    assert re.findall(r"`([a-z-]+)`", heard) == [sound for sound in REFUSALS[code] if "{" not in sound]


def test_every_error_in_the_table_exists() -> None:
    assert sorted(table(ERRORS)) == list(all_codes())


def test_every_exit_status_is_explained() -> None:
    explained = re.findall(r"^\| ([0-9]) \|", CLI, re.MULTILINE)
    assert sorted(map(int, explained)) == sorted({0, 2, UNHEALTHY, *EXITS.values()})


def test_the_document_of_the_panels_data_names_its_paths_and_none_that_there_is_not() -> None:
    with tempfile.TemporaryDirectory() as folder:
        front = Front(Path(folder))
        rules = [r for r in front.app.url_map.iter_rules() if r.rule.startswith("/api/")]
        front.database.close()
    there = {(m, re.sub("<[^>]*?([a-z]+)>", lambda p: p[1].upper(), r.rule)) for r in rules for m in r.methods or ()}
    named = set(re.findall(r"`(GET|POST) (/api/[^`?]*)`", (DOCS / "api.md").read_text(encoding="utf-8")))
    assert named <= there
    described = ("/api/phones", "/api/sessions", "/api/login", "/api/logout", "/api/health", "/api/reconcile")
    assert {(m, p) for m, p in there if m in ("GET", "POST") and p.startswith(described)} <= named
