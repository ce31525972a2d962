"""A walk over everything that the panel answers: its routes, the fields each looks for, and what must not happen.

Routes and fields are found out, not listed, so that a new one is walked from the day it is there.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from flask import Flask, Request
from werkzeug.datastructures import ImmutableMultiDict

from hotdesk_module import dialplan
from hotdesk_module.core import settings
from hotdesk_module.core.codes import Codes
from hotdesk_module.core.lockout import Attempts, Failure
from hotdesk_module.core.model import Phone
from hotdesk_module.daemon.log import OneLine
from tests.support.front import ADMIN, Answer, Front, Page
from tests.unit.web.pages import everyone

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
TOKEN = "hotdesk_token"

# What a part of an address may be, by the name of its parameter; and a field, by its own.
PARTS = {"device": "200", "phone": "200", "user": "1003", "extension": "1003", "subject": "1004", "kind": "user"}
SAMPLES = {**PARTS, "device": "1001", "phone": "201", "user": "1001", "seat": "200 1003 1700000000", "location": "Hall"}
# Fields of a route that takes whatever it is given and judges the names.
ANY = (*Phone._fields, *(s.name for s in settings.SPECS))


class Route(NamedTuple):
    """A way into the panel.

    Attributes:
        methods: without HEAD and OPTIONS, which come along.
        path: with something in place of its parameters.
    """

    rule: str
    methods: frozenset[str]
    parts: tuple[str, ...]

    @property
    def path(self) -> str:
        return self.with_part(None)

    @property
    def is_for_programs(self) -> bool:
        return self.rule.startswith(("/api/", "/internal/"))

    @property
    def is_internal(self) -> bool:
        return self.rule.startswith("/internal/")

    def with_part(self, value: str | None) -> str:
        """Return the path with something special in place of its parameters."""

        def part(found: re.Match[str]) -> str:
            kind, _, name = found[1].rpartition(":")
            return quote(value, safe="") if value is not None else "1" if "int" in kind else PARTS.get(name, "200")

        return re.sub("<([^>]*)>", part, self.rule)


def routes(app: Flask) -> tuple[Route, ...]:
    """Return every route but the one that is open to everybody."""
    found = (
        Route(r.rule, frozenset(r.methods or ()) - {"HEAD", "OPTIONS"}, tuple(sorted(r.arguments)))
        for r in app.url_map.iter_rules()
    )
    return tuple(sorted(r for r in found if r.rule != "/ping"))


# What somebody looks for


class Looked:
    """The fields that were looked for; ``anything``: somebody has gone through all there were."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.anything = False


def listen(app: Flask, looked: Looked) -> None:
    """Write down which fields the application looks for, in forms, queries and JSON."""

    class Noted(ImmutableMultiDict[str, str]):
        def get(self, key: str, *more: Any, **options: Any) -> Any:
            looked.names.add(key)
            return super().get(key, *more, **options)

        def getlist(self, key: str, *more: Any, **options: Any) -> Any:
            looked.names.add(key)
            return super().getlist(key, *more, **options)

        def __getitem__(self, key: str) -> str:
            looked.names.add(key)
            return super().__getitem__(key)

        def __contains__(self, key: object) -> bool:
            looked.names.add(str(key))
            return super().__contains__(key)

        def items(self, *more: Any, **options: Any) -> Any:
            looked.anything = True
            return super().items(*more, **options)

    class NotedObject(dict[str, Any]):
        def get(self, key: str, *more: Any) -> Any:
            looked.names.add(key)
            return super().get(key, *more)

        def __getitem__(self, key: str) -> Any:
            looked.names.add(key)
            return super().__getitem__(key)

        def __contains__(self, key: object) -> bool:
            looked.names.add(str(key))
            return super().__contains__(key)

        def items(self) -> Any:
            looked.anything = True
            return super().items()

    class Listening(Request):
        parameter_storage_class = Noted

        def get_json(self, *more: Any, **options: Any) -> Any:
            found = super().get_json(*more, **options)
            return NotedObject(found) if isinstance(found, dict) else found

    app.request_class = Listening


# Found out once, for it takes a while: route, method and kind of body to its fields.
_FIELDS: dict[tuple[str, str, str], dict[str, Any]] = {}


class Walker:
    """Asks the panel of a small office where somebody sits, somebody is locked out, and every name is trouble.

    Attributes:
        told: what the log says, a text an occurrence, as the daemon writes it.
    """

    def __init__(self, front: Front) -> None:
        self.front = everyone(front)
        now = front.office.clock()
        failures = (Failure(now - 5, "201"),)
        front.ledger.save_attempts("user", "1004", Attempts(failures, now + 600))
        self.told: list[str] = []
        self._looked = Looked()
        listen(front.app, self._looked)
        log = logging.getLogger("hotdesk.panel")
        log.handlers[:] = [_Kept(self.told)]
        log.setLevel(logging.INFO)
        self.routes = routes(front.app)
        self._mark: object = None
        self.remember()

    def remember(self) -> None:
        """Take what is there now for what was there before."""
        self._state = self._before = self._read()
        self._mark = self._count()

    def ask(self, route: Route, method: str, data: dict[str, Any], kind: str = FORM, path: str = "") -> Answer:
        """Send fields to a route, as the front that it is for."""
        target = path or route.path
        if method == "GET":
            query = urlencode(data, doseq=True, errors="surrogatepass")
            target, body, kind = (f"{target}?{query}" if query else target), b"", ""
        elif kind == JSON:
            body = json.dumps(data).encode()
        else:
            body = urlencode(data, doseq=True, errors="surrogatepass").encode()
        who = ADMIN._replace(front="bridge", user="", token="") if route.is_internal else ADMIN
        return self.front.send(method, target, body, kind, who)

    def fields(self, route: Route, method: str, kind: str = FORM) -> dict[str, Any]:
        """Return the fields that a route looks for, each with a value that it may well take."""
        name = (route.rule, method, kind)
        if name not in _FIELDS:
            _FIELDS[name] = self._fields(route, method, kind)
        return dict(_FIELDS[name])

    def _fields(self, route: Route, method: str, kind: str) -> dict[str, Any]:
        known: dict[str, Any] = {}
        while True:
            self._looked.names.clear()
            self._looked.anything = False
            self.ask(route, method, known, kind)
            self.restore()
            names = self._looked.names | (set(ANY) if self._looked.anything else set())
            new = names - set(known) - {TOKEN}
            if not new:
                return known
            known.update({name: SAMPLES.get(name, "1") for name in new})

    def state(self) -> dict[str, Any]:
        """Return everything that a request could change."""
        if self._count() != self._mark:
            self._state, self._mark = self._read(), self._count()
        return self._state

    def _count(self) -> object:
        """Return what is another one after each change."""
        changes = self.front.database.select("SELECT total_changes()")[0][0]
        return changes, self.front.office.writes.count, self.front.repairs, self.front.alerts.all()

    def _read(self) -> dict[str, Any]:
        front = self.front
        tables = [row[0] for row in front.database.select("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {str(t): sorted(front.database.select(f"SELECT * FROM {t}"), key=repr) for t in tables}
        office = front.office
        hints, announced = dict(office.switchboard.all_hints), list(office.switchboard.announced)
        alerts = front.alerts.all()
        return {**rows, "astdb": dict(office.astdb.values), "hints": hints, "announced": announced, "alerts": alerts}

    def unchanged(self) -> bool:
        """Return whether everything is as it was, but for refusals in the history and the lock they may come to."""
        if self.same():
            return True
        free = ("hotdesk_events", "hotdesk_lockouts", "sqlite_sequence")
        now = self.state()
        return all(now[name] == self._before[name] for name in self._before if name not in free)

    def same(self) -> bool:
        """Return whether everything is as it was."""
        now = self.state()
        return now is self._before or now == self._before

    def restore(self) -> None:
        """Bring back what was there before."""
        database, now = self.front.database, self.state()
        if now is self._before:
            return
        for name, rows in self._before.items():
            if name in ("astdb", "hints", "announced", "alerts") or now[name] == rows:
                continue
            database.execute(f"DELETE FROM {name}")
            for row in rows:
                database.execute(f"INSERT INTO {name} VALUES ({', '.join('%s' for _ in row)})", row)
        office = self.front.office
        office.astdb.values = dict(self._before["astdb"])
        office.switchboard.all_hints = dict(self._before["hints"])
        office.switchboard.announced = list(self._before["announced"])
        self._state, self._mark = self._before, self._count()

    # What must not happen

    def judge(self, route: Route, answer: Answer, payload: str = "") -> None:
        """Hold an answer, and what came of it, to what must always be so."""
        assert answer.status < 500, (route, payload, self.told[-1:])
        if answer.status >= 400:
            assert self.unchanged(), (route, payload)
            self._is_told_as_an_error(route, answer)
        if answer.status in range(300, 400):
            assert re.fullmatch(r"/(?!/)[!-~]*", answer.response.headers["Location"]), answer.response.headers
        _does_nothing_in_a_browser(answer, payload)
        _does_nothing_in_a_spreadsheet(answer)
        self._does_nothing_to_asterisk(payload)
        assert set(self.state()) == set(self._before)
        for line in self.told:
            first, *rest = line.splitlines()
            assert first.isprintable() and all(r.startswith("    ") for r in rest), line

    def _is_told_as_an_error(self, route: Route, answer: Answer) -> None:
        if route.is_for_programs:
            assert answer.response.mimetype == JSON
            assert set(answer.json) == {"error"} and set(answer.json["error"]) == {"code", "message"}
            assert re.fullmatch("[a-z_]+", answer.json["error"]["code"]) and answer.json["error"]["message"]
        else:
            page = answer.page
            assert any(tag.get("role") == "alert" or tag.get("aria-invalid") for _, tag in page.tags), page.text

    def _does_nothing_to_asterisk(self, payload: str) -> None:
        if self.state() is self._before:
            return
        office = self.front.office
        texts = [*office.astdb.values, *office.astdb.values.values(), *office.switchboard.all_hints.values()]
        texts += [text for event in office.switchboard.announced for text in event]
        assert not [t for t in texts if re.search("[\x00-\x1f\x7f]", t)]
        plan = dialplan.build("/x", Codes(), self.front.ledger.phones())
        for step in plan.steps:
            assert step.context.startswith(("app-hotdesk", dialplan.DIALLED)) and "\n" not in step.app
            assert re.fullmatch(r"_?\*[0-9]+(X\.)?|[a-z]+|_?HD[0-9A-Z.\[\]-]+", step.extension), step
            assert len(payload) < 5 or payload not in step.app


class _Kept(logging.Handler):
    """Keeps what the daemon's log would hold."""

    def __init__(self, told: list[str]) -> None:
        super().__init__()
        self._told = told
        self.setFormatter(OneLine("%(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._told.append(self.format(record))


def _does_nothing_in_a_browser(answer: Answer, payload: str) -> None:
    headers = answer.response.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "set-cookie" not in headers and "access-control-allow-origin" not in headers
    if answer.response.mimetype != "text/html":
        assert (
            answer.status == 204
            or answer.response.mimetype in (JSON, "text/csv", "text/plain")
            or not answer.response.data
        )
        return
    page = Page(answer.response.text)
    assert "27381" not in page.text
    for tag, attributes in page.tags:
        assert tag not in ("script", "iframe", "img", "object", "embed", "base", "meta", "link", "style"), tag
        for name, value in attributes.items():
            assert not name.startswith("on") and name != "srcdoc", (tag, name, payload)
            if name in ("href", "src", "action", "formaction"):
                assert value.startswith(("?", "#")), (tag, value)


def _does_nothing_in_a_spreadsheet(answer: Answer) -> None:
    if answer.response.mimetype == "text/csv":
        for cells in csv.reader(io.StringIO(answer.response.text.removeprefix("\ufeff"), newline="")):
            assert not [c for c in cells if c.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))], (
                cells
            )


def payloads() -> Iterator[tuple[str, str]]:
    """Yield what somebody may write where something else belongs, each with a name."""
    yield (
        "all at once",
        "=';DROP TABLE hotdesk_phones;--\"><img src=x onerror=alert(1)>{{9127*3}}${X}\r\nAction: X\0\u2028",
    )
    yield "SQL", "'; DROP TABLE hotdesk_phones; --"
    yield "SQL that is always true", "x' OR '1'='1"
    yield "a wildcard of SQL", "%"
    yield "HTML", "\"'><img src=x onerror=alert(1)><script>alert(1)</script>"
    yield "an address that is a script", "javascript:alert(1)"
    yield "a template", "{{9127*3}}{% raw %}"
    yield "another site", "//evil.example/\\"
    for sign in "=+-@":
        yield f"a formula with {sign}", f"{sign}cmd|' /C calc'!A1"
    yield "an action of the manager", "200\r\nAction: Originate\r\nChannel: Local/1"
    yield "a line of the log", "200\n2026-01-01 00:00:00,000 INFO 'maria': POST /logout: 303"
    yield "an application of the dialplan", "*55,1,System(id)"
    yield "a variable of the dialplan", "${SHELL(id)}"
    yield "two devices", "201&202"
    yield "a pattern", "_X."
    yield "a folder", "../../../../etc/passwd"
    yield "NUL", "20\x000"
    yield "a terminal's control", "\x1b[2J\x9b31m"
    yield "lines of other kinds", "200\x0b\x0c\x1c\x85\u2028\u2029"
    yield "a text that turns", "\u202e200\u2066"
    yield "half a character", "200\ud800"
    yield "too much", "9" * 5000
    yield "a number of other digits", "２００"
