"""Whatever is written into whatever field of whatever route: it is refused or harmless, in one shape, and logged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice, repeat
from typing import Any

import pytest
from flask import Response, redirect, request
from werkzeug.wrappers import Response as Redirect

from hotdesk_module.core.model import Phone
from hotdesk_module.web.gate import identity
from tests.support.front import ADMIN, Front
from tests.support.walk import FORM, JSON, Route, Walker, payloads

PAYLOADS = dict(payloads())
# Every one in every field takes most of an hour, by "pytest -m exhaustive"; usually every field gets these two, and of
# the others one in turn.
QUICK = ("all at once", "half a character")
IN_TURN = "in turn"
REST = [pytest.param(n, marks=(pytest.mark.slow, pytest.mark.exhaustive)) for n in PAYLOADS if n not in QUICK]
NAMES = [*QUICK, IN_TURN, *REST]
# What JSON has besides texts.
VALUES: tuple[Any, ...] = (
    None,
    True,
    200,
    -1.5,
    10**400,
    float("inf"),
    float("nan"),
    [],
    ["200"],
    [["200"]],
    {},
    {"$gt": ""},
)


def payloads_of(name: str) -> Iterator[str]:
    """Yield what the fields get, one after the other."""
    return cycle(PAYLOADS.values()) if name == IN_TURN else repeat(PAYLOADS[name])


@pytest.fixture
def walker(front: Front) -> Walker:
    return Walker(front)


def posted(walker: Walker) -> list[tuple[Route, str]]:
    """Return every route that changes something, with the kind of body that is usual there."""
    return [(r, JSON if r.is_for_programs else FORM) for r in walker.routes if "POST" in r.methods]


def read(walker: Walker) -> list[Route]:
    return [r for r in walker.routes if "GET" in r.methods]


def logged(walker: Walker, route: Route, status: int) -> bool:
    """Return whether the latest line of the log names the administrator, the address and what became of it."""
    last = walker.told[-1] if walker.told else ""
    start = f"'maria': POST {route.path[:20]}"
    return route.is_internal or (start in last and last.endswith(f": {status}"))


def test_the_fields_are_found_out(walker: Walker) -> None:
    found = {(r.rule, kind): set(walker.fields(r, "POST", kind)) for r, kind in posted(walker)}
    assert found["/phones/<device>/login", FORM] >= {"user"}
    assert found["/phones/<device>", FORM] >= {"label", "mac", "login_code", "enabled"}
    assert found["/api/phones", JSON] >= set(Phone._fields)
    assert found["/api/login", JSON] >= {"phone", "user"}
    assert {"q", "location", "state"} <= set(walker.fields(next(r for r in read(walker) if r.rule == "/phones"), "GET"))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_done_by_what_is_posted(walker: Walker, name: str) -> None:
    given = payloads_of(name)
    for route, kind in posted(walker):
        fields = walker.fields(route, "POST", kind)
        tries: list[tuple[str, dict[str, Any]]] = [(p, {**fields, field: p}) for field, p in zip(fields, given)]
        # As the name of a field, too; and alone, where one field forbids another.
        tries += [(p, {p: "x"}) for p in islice(given, 1)]
        tries += [(p, {field: p}) for field, p in zip(fields, given) if route.is_for_programs]
        for payload, data in tries:
            answer = walker.ask(route, "POST", data, kind)
            walker.judge(route, answer, payload)
            assert logged(walker, route, answer.status), (route, walker.told[-1:])
            if answer.status == 303:
                after = walker.front.get(answer.response.headers["Location"])
                walker.judge(route, after, payload)
            walker.restore()
            walker.told.clear()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_done_by_an_address(walker: Walker, name: str) -> None:
    given = payloads_of(name)
    for route in walker.routes:
        (method,) = route.methods
        if route.parts:
            payload = next(given)
            text = payload.encode("utf-8", "surrogatepass").decode("utf-8", "replace")[:500]
            answer = walker.ask(route, method, {}, path=route.with_part(text))
            walker.judge(route, answer, payload)
            walker.restore()
    for route in read(walker):
        fields = walker.fields(route, "GET")
        tries = [(p, {field: p}) for field, p in zip(fields, given)]
        tries += [(p, dict.fromkeys(fields, p)) for p in islice(given, 1)] + [(p, {p: "x"}) for p in islice(given, 1)]
        for payload, data in tries:
            walker.judge(route, walker.ask(route, "GET", data), payload)
            assert walker.same(), (route, data)


@pytest.mark.parametrize("name", [QUICK[0], *REST])
def test_nothing_is_done_by_what_is_stored(walker: Walker, name: str) -> None:
    """Names are FreePBX's and hold anything; so may a row that somebody else has written."""
    front, payload = walker.front, PAYLOADS[name]
    office = front.office
    office.inventory.all_users = [u._replace(name=payload) for u in office.inventory.all_users]
    office.inventory.all_devices = [d._replace(description=payload) for d in office.inventory.all_devices]
    front.ledger.save_phones([p._replace(label=payload, location=payload) for p in front.ledger.phones()])
    walker.remember()
    for route in read(walker):
        for data in ({}, walker.fields(route, "GET")):
            answer = walker.ask(route, "GET", data)
            walker.judge(route, answer, payload)
            # What is there to be seen is seen.
            assert answer.status in (200, 204, 400, 404), route
            assert walker.same(), route
    done = 0
    for route, kind in posted(walker):
        answer = walker.ask(route, "POST", walker.fields(route, "POST", kind), kind)
        walker.judge(route, answer, payload)
        if answer.status == 303:
            done += 1
            walker.judge(route, front.get(answer.response.headers["Location"]), payload)
        walker.restore()
    assert done > 3


@pytest.mark.slow
def test_json_of_another_kind_is_refused_or_harmless(walker: Walker) -> None:
    for route, kind in posted(walker):
        if kind != JSON:
            continue
        fields = walker.fields(route, "POST", kind)
        for field in fields:
            for value in VALUES:
                for data in ({field: value}, {**fields, field: value}):
                    walker.judge(route, walker.ask(route, "POST", data, JSON), repr(value))
                    walker.restore()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"1",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"phone":"200","phone":{}}',
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_json_object_is_told_in_the_same_shape(walker: Walker, body: bytes) -> None:
    for route, kind in posted(walker):
        if kind == JSON and not route.is_internal:
            answer = walker.front.send("POST", route.path, body, JSON)
            walker.judge(route, answer)
            walker.restore()


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", "text/plain", "x" * 500, FORM]
)
def test_a_body_of_another_kind_is_told_in_the_same_shape(walker: Walker, kind: str) -> None:
    for route, _ in posted(walker):
        identity = ADMIN._replace(front="bridge", user="", token="") if route.is_internal else ADMIN
        answer = walker.front.send("POST", route.path, b"--\xff\x00&=%&%zz=%\xed\xa0\x80", kind, identity)
        walker.judge(route, answer)
        walker.restore()


def test_get_changes_nothing_whatever_it_brings(walker: Walker) -> None:
    for route in read(walker):
        for data in ({}, walker.fields(route, "GET")):
            walker.ask(route, "GET", data)
            assert walker.same(), route
        identity = ADMIN._replace(front="bridge", user="", token="") if route.is_internal else ADMIN
        walker.front.send("GET", route.path, b"user=1003&force=yes&all=yes", FORM, identity)
        assert walker.same(), route


# The walk itself: what it would find


def careless(front: Front) -> None:
    """Give the panel routes that nobody should write."""
    app = front.app

    @app.get("/careless/get")
    def changes() -> str:
        front.ledger.remove_phone("202")
        return "done"

    @app.post("/careless/html")
    def shows() -> Response:
        return Response(f"<p>{request.form.get('q', '')}</p>", mimetype="text/html")

    @app.post("/careless/csv")
    def exports() -> Response:
        return Response(f"device\r\n{request.form.get('q', '')}\r\n", mimetype="text/csv")

    @app.post("/careless/asterisk")
    def sets() -> str:
        front.office.astdb.put("DEVICE/200/user", request.form.get("q", ""))
        return identity().user

    @app.post("/careless/database")
    def asks() -> str:
        front.database.select("SELECT 1 FROM hotdesk_phones WHERE label = '" + request.form.get("q", "") + "'")
        return "done"

    @app.post("/careless/elsewhere")
    def leads() -> Redirect:
        return redirect(request.form.get("q", "/"))

    @app.post("/api/careless")
    def tells() -> tuple[str, int]:
        return request.form.get("q", ""), 400


@pytest.mark.parametrize(
    ("rule", "payload"),
    [
        ("/careless/html", "HTML"),
        ("/careless/csv", "a formula with ="),
        ("/careless/asterisk", "an action of the manager"),
        ("/careless/database", "SQL"),
        ("/careless/elsewhere", "another site"),
        ("/api/careless", "HTML"),
    ],
)
def test_the_walk_finds_what_is_wrong(front: Front, rule: str, payload: str) -> None:
    careless(front)
    walker = Walker(front)
    (route,) = (r for r in walker.routes if r.rule == rule)
    assert set(walker.fields(route, "POST")) == {"q"}
    with pytest.raises(AssertionError):
        walker.judge(route, walker.ask(route, "POST", {"q": PAYLOADS[payload]}), PAYLOADS[payload])


def test_the_walk_finds_what_changes_when_it_is_read(front: Front) -> None:
    careless(front)
    walker = Walker(front)
    assert walker.same()
    walker.front.get("/careless/get")
    assert not walker.same()
    walker.restore()
    assert walker.same() and walker.front.ledger.phones(["202"])
