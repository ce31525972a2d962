"""The door of the panel, at every route: who is let in, once, and with which method."""

from __future__ import annotations

import logging
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_module.daemon.panel import Panel
from hotdesk_module.web.identity import BRIDGE, SKEW, Identity, sign
from tests.support.front import ADMIN, SECRET, Front
from tests.support.walk import FORM, JSON, Route, Walker, routes

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "X")
OTHERS = METHODS[3:]
# What it would do: the walk begins with somebody there.
LOGOUT = b'{"phone": "200"}'


@pytest.fixture
def walker(front: Front) -> Walker:
    return Walker(front)


def who(route: Route) -> Identity:
    return Identity(BRIDGE) if route.is_internal else ADMIN


def answered(walker: Walker, route: Route) -> set[str]:
    """Return the methods that some route of this address answers."""
    return set(walker.front.app.url_map.bind("localhost").allowed_methods(route.path)) - {"OPTIONS"}


def refusal(walker: Walker, route: Route, method: str, target: str, body: bytes, headers: dict[str, str]) -> None:
    """Send headers as they are; nobody is let in, nothing happens, and the log says so."""
    opened, lines = walker.front.opened, len(walker.told)
    answer = walker.front.client.open(target, method=method, data=body, headers=headers, content_type=FORM)
    assert answer.status_code == 403, (route, headers)
    error = answer.get_json()["error"]
    assert error["code"] == "forbidden" and error["message"].startswith("Not let in: ")
    assert walker.front.opened == opened and walker.same()
    assert len(walker.told) == lines + 1 and f"Refused: {method} /" in walker.told[-1]


def test_the_walk_comes_by_every_part_of_the_panel(walker: Walker) -> None:
    rules = {r.rule for r in walker.routes}
    assert {"/", "/phones/<device>", "/api/login", "/health/repair", "/internal/reconcile"} <= rules
    assert len(rules) > 20


def test_a_route_reads_or_changes_and_what_changes_is_posted(front: Front) -> None:
    wrong = [r for r in routes(front.app) if r.methods not in ({"GET"}, {"POST"})]
    assert wrong == []


def test_nobody_is_let_in_by_a_signature_that_is_not_right(walker: Walker) -> None:
    front, now = walker.front, walker.front.office.clock()
    body = b"user=1003"
    for route in walker.routes:
        (method,) = route.methods
        good = sign(SECRET, who(route), method, route.path, body, now)
        changed = {
            "Front": "page" if route.is_internal else "bridge",
            "User": "root",
            "Time": str(now + 1),
            "Nonce": "0" * 32,
            "Token": "another",
            "Signature": "0" * 64,
        }
        assert {f"X-Hotdesk-{name}" for name in changed} == set(good)
        bad = [{**good, f"X-Hotdesk-{name}": value} for name, value in changed.items()]
        # The bridge has neither name nor token: to leave them out is to say the same.
        bad += [{k: v for k, v in good.items() if k != name} for name in good if good[name]]
        bad += [{}, sign("f" * 64, who(route), method, route.path, body, now)]
        for late in (-SKEW - 1, SKEW + 1):
            bad.append(sign(SECRET, who(route), method, route.path, body, now + late))
        for headers in bad:
            refusal(walker, route, method, route.path, body, headers)
        refusal(walker, route, "POST" if method == "GET" else "GET", route.path, body, good)
        refusal(walker, route, method, route.path + "?x", body, good)
        refusal(walker, route, method, route.path, body + b"&", good)
    assert front.closed == front.opened


def test_each_front_is_let_in_to_its_own_routes_only(walker: Walker) -> None:
    now = walker.front.office.clock()
    for route in walker.routes:
        (method,) = route.methods
        other = ADMIN if route.is_internal else Identity(BRIDGE)
        refusal(walker, route, method, route.path, b"", sign(SECRET, other, method, route.path, b"", now))


def test_a_request_is_taken_once(walker: Walker) -> None:
    front, now = walker.front, walker.front.office.clock()
    for route in walker.routes:
        (method,) = route.methods
        headers = sign(SECRET, who(route), method, route.path, b"", now)
        first = front.client.open(route.path, method=method, headers=headers, content_type=FORM, buffered=True)
        assert first.status_code != 403, route
        walker.restore()
        for _ in range(2):
            refusal(walker, route, method, route.path, b"", headers)
        assert "sent before" in walker.told[-1]
    front.office.clock.advance(SKEW)
    refusal(walker, route, method, route.path, b"", headers)


def test_what_was_refused_may_be_asked_rightly_after_it(walker: Walker) -> None:
    """Who cannot sign cannot use up a nonce, either."""
    now = walker.front.office.clock()
    headers = sign(SECRET, ADMIN, "GET", "/", b"", now)
    (route,) = (r for r in walker.routes if r.rule == "/")
    refusal(walker, route, "GET", "/", b"", {**headers, "X-Hotdesk-User": "root"})
    assert walker.front.client.get("/", headers=headers).status_code == 200


def test_no_other_method_does_anything(walker: Walker) -> None:
    for route in walker.routes:
        for method in METHODS:
            if method in answered(walker, route):
                continue
            answer = walker.front.send(method, route.path, identity=who(route))
            assert answer.status == 405, (route, method)
            assert walker.same()
            if method != "HEAD":
                walker.judge(route, answer)
            if not route.is_internal:
                assert walker.told[-1].endswith(f"'maria': {method} {route.path}: 405")


def test_nobody_is_asked_for_an_identity_to_learn_that_the_daemon_lives(front: Front) -> None:
    assert front.client.get("/ping").text == "pong"
    for method in ("POST", *OTHERS):
        assert front.client.open("/ping", method=method).status_code == 403


def test_head_is_get_without_a_body_and_changes_nothing(walker: Walker) -> None:
    for route in walker.routes:
        if "GET" in route.methods:
            head = walker.front.send("HEAD", route.path, identity=who(route))
            assert head.status == walker.ask(route, "GET", {}).status and head.response.data == b""
            assert walker.same(), route


def test_a_method_in_a_header_or_a_field_is_none(walker: Walker) -> None:
    for route in walker.routes:
        status = walker.ask(route, "GET", {}).status
        assert (status == 405) == ("GET" not in answered(walker, route))
        for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
            headers = sign(SECRET, who(route), "GET", route.path, b"", walker.front.office.clock())
            answer = walker.front.client.get(route.path, headers={**headers, name: "POST"}, buffered=True)
            assert answer.status_code == status and walker.same()
        by_field = walker.front.send("GET", f"{route.path}?_method=POST", identity=who(route))
        assert by_field.status == status and walker.same()


def test_an_address_that_is_none_is_told_and_nothing_else(walker: Walker) -> None:
    for path in ("/phones//200", "/phones/", "/phones/200/", "/%2e%2e/phones", "/API/phones", "/internal//x"):
        for method in ("GET", "POST"):
            who_ = Identity(BRIDGE) if path.startswith("/internal") else ADMIN
            answer = walker.front.send(method, path, identity=who_)
            assert answer.status == 404 and "Location" not in answer.response.headers, path
            assert walker.same()
            walker.judge(Route(path, frozenset({method}), ()), answer)


# On the socket itself: what waitress makes of headers


@pytest.fixture
def path(walker: Walker) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="hd") as folder:
        panel = Panel(walker.front.app, str(Path(folder) / "s"), logging.getLogger("hotdesk.panel"))
        panel.start()
        yield str(Path(folder) / "s")
        panel.stop()


def said(path: str, lines: list[str], body: bytes = b"") -> int:
    """Send a request as it is, and no more; return the status, 0 where there is no answer."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(10)
        link.connect(path)
        link.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body)
        link.shutdown(socket.SHUT_WR)
        with link.makefile("rb") as answer:
            return int((answer.readline() or b"- 0").split()[1])


def test_a_header_that_is_there_twice_vouches_for_nobody(walker: Walker, path: str) -> None:
    body, target = LOGOUT, "/api/logout"
    start = [f"POST {target} HTTP/1.1", "Host: localhost", f"Content-Type: {JSON}", f"Content-Length: {len(body)}"]
    now = walker.front.office.clock()

    def headers() -> dict[str, str]:
        return sign(SECRET, ADMIN, "POST", target, body, now)

    for name in headers():
        for evil in ("root", "", "{}"):
            good = headers()
            twice = f"{name}: {evil.format(good[name])}"
            for lines in ([twice, *_lines(good)], [*_lines(good), twice]):
                assert said(path, start + lines, body) == 403, twice
        good = headers()
        # Some servers take an underscore for a hyphen.
        assert said(path, [*start, *_lines({**good, name: ""}), f"{name.replace('-', '_')}: {good[name]}"], body) == 403
    assert walker.same()
    assert said(path, start + _lines(headers()), body) == 200 and not walker.same()


def test_a_body_with_two_lengths_is_none(walker: Walker, path: str) -> None:
    body = LOGOUT
    start = ["POST /api/logout HTTP/1.1", "Host: localhost", f"Content-Type: {JSON}"]
    for lengths in (
        ["Content-Length: 4", f"Content-Length: {len(body)}"],
        [f"Content-Length: {len(body)}", "Transfer-Encoding: chunked"],
        ["Content-Length: -1"],
        [f"Content-Length: +{len(body)}"],
    ):
        headers = sign(SECRET, ADMIN, "POST", "/api/logout", body, walker.front.office.clock())
        assert said(path, [*start, *lengths, *_lines(headers)], body) in (0, 400, 403, 501), lengths
    assert walker.same()


def _lines(headers: dict[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]
