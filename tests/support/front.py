"""A panel on the small office's fakes and an SQLite ledger, and the bridge in front of it, which signs."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from werkzeug.test import TestResponse

from hotdesk_module.adapters.ledger import SqlLedger
from hotdesk_module.adapters.open import open_connection
from hotdesk_module.adapters.schema import create_tables
from hotdesk_module.compose import Parts
from hotdesk_module.config import Database
from hotdesk_module.core.model import Contact
from hotdesk_module.core.registration import by_device
from hotdesk_module.health.installation import Machine
from hotdesk_module.health.projection import Comparisons
from hotdesk_module.ports import AstDbTree, Switchboard
from hotdesk_module.service import HotDesk
from hotdesk_module.web.alerts import Alerts
from hotdesk_module.web.app import Base, create_app
from hotdesk_module.web.identity import BRIDGE, PAGE, Identity, sign
from tests.support.office import Office
from tests.support.terminal import DeadAstDb, DeadSwitchboard

SECRET = "0123456789abcdef" * 4
ADMIN = Identity(PAGE, "maria", "token-of-maria")
PACKAGES = {"flask": "3.1.0", "waitress": "3.0.2"}


class Page(HTMLParser):
    """What a fragment holds, as a browser would see it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._text: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {k: v or "" for k, v in attrs}))

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    @property
    def text(self) -> str:
        """What is read, with single blanks."""
        return re.sub(r"\s+", " ", "".join(self._text)).strip()

    def all(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of every element of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]


class Answer(NamedTuple):
    """What the panel answered."""

    status: int
    response: TestResponse

    @property
    def page(self) -> Page:
        assert self.response.headers.get("X-Hotdesk-Fragment") == "1"
        return Page(self.response.text)

    @property
    def json(self) -> Any:
        return json.loads(self.response.text)

    @property
    def error(self) -> tuple[int, str]:
        return self.status, self.json["error"]["code"]


class Front:
    """Asks the panel.

    Attributes:
        office: the fakes: FreePBX's tables and Asterisk; its own ledger is not used.
        ledger: what the panel works on.
        desk: the service as a caller at a phone uses it.
        asterisk_up: whether Asterisk answers.
        comparisons: what the daemon's repairs have found.
        database: the connection of the ledger; to SQLite where no other database is given. What the lists read can be
            another one, one that is away.
        repairs: how many repairs were asked for.
        opened, closed: how many requests have made adapters, and let go of them.
    """

    def __init__(self, folder: Path, where: Database | None = None, reads: Database | None = None) -> None:
        self.office = Office()
        office = self.office
        where = where or Database("sqlite", path=str(folder / "ledger.db"))
        self.database = open_connection(where)
        create_tables(self.database)
        self.ledger = SqlLedger(self.database)
        self.ledger.save_phones(office.ledger.phones())
        self.desk = HotDesk(self.ledger, office.inventory, office.astdb, office.switchboard, office.clock, "phone")
        self.alerts = Alerts()
        self.asterisk_up = True
        self.comparisons = Comparisons()
        self.repairs = 0
        self.opened = self.closed = 0
        logging.getLogger("hotdesk.panel").handlers[:] = [logging.NullHandler()]
        self.app = create_app(
            Base(
                self._compose,
                SECRET,
                self.alerts,
                self._ask,
                self.office.clock,
                lambda: Machine("3", PACKAGES, True),
                reads or where,
                self._registrations,
                self.comparisons,
            )
        )
        self.client = self.app.test_client()

    def seat(self, phone: str) -> str | None:
        """Return who sits at a phone by the ledger."""
        sessions = self.ledger.sessions(phones=[phone])
        return sessions[0].user if sessions else None

    def _ask(self) -> None:
        self.repairs += 1

    def _registrations(self) -> Mapping[str, Contact] | None:
        """What the daemon would have seen: ``office.switchboard.all_contacts``."""
        if not self.asterisk_up:
            return None
        return by_device(self.office.switchboard.contacts(), self.office.inventory.devices())

    def _close(self) -> None:
        self.closed += 1

    def _compose(self) -> Parts:
        self.opened += 1
        office = self.office
        return Parts(self.ledger, office.inventory, self._asterisk, office.clock, self._close)

    def _asterisk(self) -> tuple[AstDbTree, Switchboard]:
        return (self.office.astdb, self.office.switchboard) if self.asterisk_up else (DeadAstDb(), DeadSwitchboard())

    def send(
        self, method: str, target: str, body: bytes = b"", kind: str = "", identity: Identity = ADMIN, **more: str
    ) -> Answer:
        """Send a request as the bridge does; ``more`` replaces its headers."""
        headers = sign(SECRET, identity, method, target, body, self.office.clock())
        headers.update({f"X-Hotdesk-{k.title()}": v for k, v in more.items()})
        # All of it, as the bridge reads it: a download is made while it is sent.
        response = self.client.open(
            target, method=method, data=body, headers=headers, content_type=kind or None, buffered=True
        )
        # Read whole, and let go of, as a server does.
        response.get_data()
        response.close()
        return Answer(response.status_code, response)

    def get(self, target: str, identity: Identity = ADMIN) -> Answer:
        """Ask for something."""
        return self.send("GET", target, identity=identity)

    def post(self, target: str, **fields: str | list[str]) -> Answer:
        """Send a form."""
        body = urlencode({"hotdesk_token": ADMIN.token, **fields}, doseq=True).encode()
        return self.send("POST", target, body, "application/x-www-form-urlencoded")

    def call(self, target: str, **data: Any) -> Answer:
        """Send a JSON object."""
        return self.send("POST", target, json.dumps(data).encode(), "application/json")

    def bridge(self, method: str, target: str) -> Answer:
        """Ask as the bridge itself."""
        return self.send(method, target, identity=Identity(BRIDGE))

    def follow(self, answer: Answer) -> Page:
        """Return the page that an answer sends the browser to."""
        assert answer.status == 303, answer.response.text
        return self.get(answer.response.headers["Location"]).page


def view_of(link: str) -> str:
    """Return the panel's path that a fragment's link leads to."""
    query = parse_qs(urlsplit(link).query)
    assert query["display"] == ["hotdesk"]
    return query["view"][0]
