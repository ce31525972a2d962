"""The product on the rig: installed, with its pool, and people who log in with their fingers."""

from __future__ import annotations

import re
import time

from hotdesk_module import dialplan
from hotdesk_module.adapters import schema
from hotdesk_module.adapters.ami import Ami
from hotdesk_module.adapters.astdb import AmiAstDb
from hotdesk_module.adapters.inventory import SqlInventory
from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.mysql import MySql
from hotdesk_module.adapters.switchboard import AmiSwitchboard
from hotdesk_module.agi import prompts
from hotdesk_module.agi.handover import SCRIPT, SOCKET
from hotdesk_module.config import Database
from hotdesk_module.core.codes import Codes
from hotdesk_module.core.model import Phone
from hotdesk_module.service import HotDesk
from tests.support.rig import Rig, mariadb

TABLES = (
    "hotdesk_sessions",
    "hotdesk_events",
    "hotdesk_lockouts",
    "hotdesk_pins",
    "hotdesk_weak_pins",
    "hotdesk_queues",
    "hotdesk_settings",
    "hotdesk_webhook",
    "hotdesk_phones",
)


class Desking:
    """Hot desking on the rig.

    Attributes:
        service: the service as the command line has it, by the manager interface.
        past: what was in our tables before each reset.
        script: what the dialplan runs.
    """

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.database = Database(
            "mysql",
            socket=str(rig.database.socket),
            name=mariadb.DATABASE,
            user=mariadb.USER,
            password=mariadb.PASSWORD,
        )
        self.past: list[str] = []
        # As `hotdesk dialplan` has it, with the interpreter of Asterisk's folder.
        self.script = f"/usr/bin/python3,-IS,{SCRIPT},/var/lib/asterisk/hotdesk/{SOCKET}"
        self._ami: Ami | None = None
        self.connection = MySql(self.database)
        schema.create_tables(self.connection)
        self.ledger = SqlLedger(self.connection)
        self.inventory = SqlInventory(self.connection)
        self.pool = tuple(Phone(p, rig.company.extension(p).name) for p in rig.company.pool)
        self.load_dialplan()

    def load_dialplan(self, *phones: Phone, extra: str = "") -> None:
        """Generate the contexts, as FreePBX's reload does; ``extra`` is for what a test needs besides."""
        plan = dialplan.build(self.script, Codes(), phones or self.pool)
        text = dialplan.as_text(plan) + extra
        if self.rig.module_dialplan != text:
            self.rig.load_module_dialplan(text)

    @property
    def service(self) -> HotDesk:
        if self._ami is not None:
            self._ami.close()
        self._ami = ami = self.rig.manager()
        return HotDesk(
            self.ledger, self.inventory, AmiAstDb(ami), AmiSwitchboard(ami), lambda: int(time.time()), source="cli"
        )

    def rows(self) -> str:
        """Return everything in our tables."""
        return "".join(str(self.connection.select(f"SELECT * FROM {table}")) for table in TABLES)

    def close(self) -> None:
        if self._ami is not None:
            self._ami.close()
        self.connection.close()

    def reset(self, **settings: str) -> None:
        """Nobody logged in, no history, no locks; the pool and the dialplan as at the start."""
        self.load_dialplan()
        self.past.append(self.rows())
        for table in TABLES:
            self.connection.execute(f"DELETE FROM {table}")
        self.ledger.save_phones(self.pool)
        self.ledger.save_settings(settings)
        self.service.reconcile()
        self.connection.execute("DELETE FROM hotdesk_events")

    # --- people at phones --------------------------------------------------------------------------------------------

    def pin(self, user: str) -> str:
        return self.rig.company.extension(user).pin or ""

    def log_in(self, phone: str, user: str, pin: str | None = None, code: str = "*11") -> str:
        """Dial the code, enter extension and PIN by DTMF; return what the dialplan finds in HDSK_STATUS."""
        with self.rig.calling(phone, code) as mark:
            self.enter(phone, mark, (prompts.ASK_EXTENSION, user), (prompts.ASK_PIN, pin or self.pin(user)))
            return self.status(mark)

    def log_in_at_once(self, phone: str, user: str) -> str:
        """Dial the code and the extension in one go, and enter the PIN."""
        with self.rig.calling(phone, f"*11{user}") as mark:
            self.enter(phone, mark, (prompts.ASK_PIN, self.pin(user)))
            return self.status(mark)

    def log_out(self, phone: str, code: str = "*12") -> str:
        with self.rig.calling(phone, code) as mark:
            return self.status(mark)

    def enter(self, phone: str, mark: int, *answers: tuple[str, str]) -> None:
        """Wait for each prompt and enter the digits, with ``#``."""
        for prompt, digits in answers:
            mark = self.wait_prompt(prompt, mark)
            self.rig.phones[phone].send_digits(f"{digits}#")

    def wait_prompt(self, prompt: str, since: int) -> int:
        """Wait until a prompt plays; return the mark behind it."""
        self.rig.tap.wait_for("AGIExecStart", since, 8.0, Command=re.compile(f'"{re.escape(prompt)}"'))
        return self.rig.tap.mark()

    def played(self, since: int) -> list[str]:
        """Return the prompts played since the mark."""
        commands = [e["Command"] for e in self.rig.tap.events("AGIExecStart", since)]
        return [
            c.split('"')[1] for c in commands if c.startswith(("STREAM FILE", "GET DATA", "SAY DIGITS", "SAY ALPHA"))
        ]

    def status(self, since: int, timeout: float = 15.0) -> str:
        return self.rig.tap.wait_for("VarSet", since, timeout, Variable="HDSK_STATUS")["Value"]

    def seats(self) -> dict[str, str]:
        """Return who sits where, by the ledger."""
        return {s.phone: s.user for s in self.ledger.sessions()}

    def history(self) -> list[str]:
        """Return the events, oldest first, as ``login 200 1001`` or ``refused 200 1001 wrong_pin``."""
        rows = self.connection.select("SELECT event, phone, user, code FROM hotdesk_events ORDER BY id")
        return [" ".join(str(v) for v in row if v) for row in rows]
