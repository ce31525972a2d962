"""The command ``hotdesk`` as a person or a script runs it, on an SQLite ledger and a small company of fakes."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from hotdesk_module import compose
from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.schema import create_tables
from hotdesk_module.adapters.sqlite import Sqlite
from hotdesk_module.cli import hotdesk
from hotdesk_module.core.model import Contact, Phone
from hotdesk_module.errors import AsteriskDown
from hotdesk_module.ports import AstDbTree, Context, Switchboard
from hotdesk_module.service import HotDesk
from tests.support.fakes import FakeAstDb, FakeSwitchboard
from tests.support.office import Office

REFUSED = "Asterisk's manager at localhost:5038 does not answer: Connection refused."


class DeadAstDb(FakeAstDb):
    """The AstDB of an Asterisk that does not run."""

    def get(self, key: str) -> str | None:
        """Fail as the manager interface does."""
        raise AsteriskDown(REFUSED)

    def matching(self, *patterns: str) -> dict[str, str]:
        """Fail as the manager interface does."""
        self.get(patterns[0])
        return {}


class DeadSwitchboard(FakeSwitchboard):
    """What an Asterisk that does not run shows and tells."""

    def hints(self, extensions: Iterable[str]) -> dict[str, str | None]:
        """Fail as the manager interface does."""
        raise AsteriskDown(REFUSED)

    def lamps(self, names: Iterable[str]) -> dict[str, str]:
        """Fail as the manager interface does."""
        raise AsteriskDown(REFUSED)

    def context(self, name: str) -> Context | None:
        """Fail as the manager interface does."""
        raise AsteriskDown(REFUSED)

    def version(self) -> str:
        """Fail as the manager interface does."""
        raise AsteriskDown(REFUSED)

    def contacts(self) -> tuple[Contact, ...]:
        """Fail as the manager interface does."""
        raise AsteriskDown(REFUSED)


class Answer(NamedTuple):
    """What a command printed, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What was printed, for a program."""
        return json.loads(self.out)

    @property
    def error(self) -> tuple[int, str]:
        """The exit status and the code of the error that was printed as JSON."""
        return self.status, self.json["error"]["code"]


class Terminal:
    """Runs commands.

    Attributes:
        office: the fakes, among them what FreePBX and Asterisk know; its own ledger is not used.
        ledger: what the commands work on.
        asterisk_up: whether Asterisk answers.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.office = Office()
        self.asterisk_up = True
        self.clock = self.office.clock
        self.database = Sqlite(str(folder / "ledger.db"))
        create_tables(self.database)
        self.ledger = SqlLedger(self.database)
        self.ledger.save_phones(Phone(p, f"Phone {p}") for p in ("200", "201", "202"))
        monkeypatch.setattr(compose, "compose", self._compose)
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setenv("SUDO_USER", "maria")

    @property
    def desk(self) -> HotDesk:
        """The service, as a caller at a phone uses it."""
        office = self.office
        return HotDesk(self.ledger, office.inventory, office.astdb, office.switchboard, office.clock, "phone")

    def _compose(self) -> compose.Parts:
        return compose.Parts(self.ledger, self.office.inventory, self._asterisk, self.clock, self.ledger.close)

    def _asterisk(self) -> tuple[AstDbTree, Switchboard]:
        return (self.office.astdb, self.office.switchboard) if self.asterisk_up else (DeadAstDb(), DeadSwitchboard())

    def __call__(self, *arguments: str, typed: str | bytes | None = None) -> Answer:
        """Run a command; ``typed`` is its standard input."""
        # Until click 8.2 standard error was mixed into the output unless one asked.
        apart = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}
        result = CliRunner(**apart).invoke(hotdesk, arguments, input=typed, prog_name="hotdesk")  # type: ignore[arg-type]
        return Answer(result.exit_code, result.stdout, result.stderr)
