"""Whatever is written into whatever field of whatever route: it is refused or harmless, told in one shape, and logged."""

from __future__ import annotations

from typing import Any

import pytest

from hotdesk_module.core.model import Phone
from tests.support.front import ADMIN, Front
from tests.support.walk import FORM, JSON, Route, Walker, payloads

PAYLOADS = dict(payloads())
# What JSON has besides texts.
VALUES: tuple[Any, ...] = (None, True, 200, -1.5, 10**400, float("inf"), float("nan"), [], ["200"], [["200"]], {}, {"$gt": ""})


@pytest.fixture
def walker(front: Front) -> Walker:
    return Walker(front)


def posted(walker: Walker) -> list[tuple[Route, str]]:
    """Return every route that changes something, with each kind of body that it takes."""
    kinds = [(r, FORM) for r in walker.routes if "POST" in r.methods]
    return kinds + [(r, JSON) for r, _ in kinds if r.is_for_programs]


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
    assert found["/api/login", JSON] == found["/api/login", FORM] >= {"phone", "user"}
    assert {"q", "location", "state"} <= set(walker.fields(next(r for r in read(walker) if r.rule == "/phones"), "GET"))


@pytest.mark.parametrize("name", PAYLOADS)
def test_nothing_is_done_by_what_is_posted(walker: Walker, name: str) -> None:
    payload = PAYLOADS[name]
    for route, kind in posted(walker):
        fields = walker.fields(route, "POST", kind)
        tries = [{field: payload} for field in fields]
        tries += [{**fields, field: payload} for field in fields]
        # As the name of a field, too.
        tries.append({payload: "x"})
        for data in tries:
            answer = walker.ask(route, "POST", data, kind)
            walker.judge(route, answer, payload)
            assert logged(walker, route, answer.status), (route, walker.told[-1:])
            if answer.status == 303:
                after = walker.front.get(answer.response.headers["Location"])
                walker.judge(route, after, payload)
            walker.restore()
            walker.told.clear()


@pytest.mark.parametrize("name", PAYLOADS)
def test_nothing_is_done_by_an_address(walker: Walker, name: str) -> None:
    payload = PAYLOADS[name]
    text = payload.encode("utf-8", "surrogatepass").decode("utf-8", "replace")[:500]
    for route in walker.routes:
        (method,) = route.methods
        if route.parts:
            answer = walker.ask(route, method, {}, path=route.with_part(text))
            walker.judge(route, answer, payload)
            walker.restore()
    for route in read(walker):
        fields = walker.fields(route, "GET")
        for data in [{field: payload} for field in fields] + [{field: payload for field in fields}, {payload: "x"}]:
            walker.judge(route, walker.ask(route, "GET", data), payload)
            assert walker.same(), (route, data)


@pytest.mark.parametrize("name", [n for n in PAYLOADS if n != "half a character"])
def test_nothing_is_done_by_what_is_stored(walker: Walker, name: str) -> None:
    """Names are FreePBX's and hold anything; so may a row that somebody else has written."""
    front, payload = walker.front, PAYLOADS[name]
    office = front.office
    office.inventory.all_users = [u._replace(name=payload) for u in office.inventory.all_users]
    office.inventory.all_devices = [d._replace(description=payload) for d in office.inventory.all_devices]
    front.ledger.save_phones([p._replace(label=payload, location=payload) for p in front.ledger.phones()])
    walker.remember()
    for route in read(walker):
        answer = walker.ask(route, "GET", {})
        walker.judge(route, answer, payload)
        assert answer.status in (200, 404), route
        assert walker.same(), route
    for path, fields in (("/phones/201/login", {"user": "1004"}), ("/phones/200/remove", {})):
        done = front.post(path, **fields)
        assert done.status == 303
        after = front.get(done.response.headers["Location"])
        route = next(r for r in walker.routes if r.rule == "/phones")
        walker.judge(route, after, payload)


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
    [b"", b"{", b"[]", b'"x"', b"1", b"null", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b'{"phone":"200","phone":{}}'],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_json_object_is_told_in_the_same_shape(walker: Walker, body: bytes) -> None:
    for route, kind in posted(walker):
        if kind == JSON and not route.is_internal:
            answer = walker.front.send("POST", route.path, body, JSON)
            walker.judge(route, answer)
            walker.restore()


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=", "text/plain", "x" * 500, FORM])
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
