"""Only what the bridge has signed, just now, is let in."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from hotdesk_module.web.identity import BRIDGE, PAGE, SKEW, Identity, Refused, sign, verify
from tests.support.front import ADMIN, SECRET, Front

NOW = 1_700_000_000
TARGET = "/phones?q=a%20b&x=%C3%BC"
BODY = b"user=1001"
WHO = Identity(PAGE, "Jürgen O'Neil / Ops", "t0ken")


def signed(**changes: str) -> dict[str, str]:
    headers = sign(SECRET, WHO, "POST", TARGET, BODY, NOW)
    return {**headers, **{f"X-Hotdesk-{k.title()}": v for k, v in changes.items()}}


def check(headers: dict[str, str], method: str = "POST", target: str = TARGET, body: bytes = BODY) -> Identity:
    return verify(SECRET, headers, method, target, body, NOW).identity


def test_the_signature_is_the_one_that_the_contract_describes() -> None:
    headers = signed()
    nonce = headers["X-Hotdesk-Nonce"]
    lines = ["POST", TARGET, "page", "J%C3%BCrgen%20O%27Neil%20%2F%20Ops", str(NOW), nonce, "t0ken"]
    lines.append(hashlib.sha256(BODY).hexdigest())
    expected = hmac.new(SECRET.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()
    assert headers["X-Hotdesk-Signature"] == expected
    assert headers["X-Hotdesk-User"] == lines[3]


def test_what_is_signed_is_who_it_says() -> None:
    assert check(signed()) == WHO


def test_the_bridge_needs_no_name() -> None:
    headers = sign(SECRET, Identity(BRIDGE), "GET", "/internal/alerts", b"", NOW)
    assert verify(SECRET, headers, "GET", "/internal/alerts", b"", NOW).identity == Identity(BRIDGE)


def test_every_signature_is_another_one() -> None:
    nonces = {signed()["X-Hotdesk-Nonce"] for _ in range(100)}
    assert len(nonces) == 100
    assert all(len(bytes.fromhex(n)) * 8 >= 128 for n in nonces)
    headers = signed()
    assert verify(SECRET, headers, "POST", TARGET, BODY, NOW).nonce == headers["X-Hotdesk-Nonce"]


@pytest.mark.parametrize(
    "changes",
    [
        {"front": "bridge"},
        {"front": "PAGE"},
        {"user": "root"},
        {"user": ""},
        {"time": str(NOW + 1)},
        {"time": ""},
        {"nonce": "0" * 32},
        {"nonce": ""},
        {"token": "other"},
        {"signature": ""},
        {"signature": "0" * 64},
        {"signature": "ünï"},
        {"signature": "日本"},
        {"user": "日本"},
    ],
    ids=str,
)
def test_any_header_that_was_changed_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(Refused, match="signature"):
        check(signed(**changes))


def test_a_signature_in_capitals_is_another_one() -> None:
    headers = signed()
    with pytest.raises(Refused):
        check({**headers, "X-Hotdesk-Signature": headers["X-Hotdesk-Signature"].upper()})


@pytest.mark.parametrize("missing", ["Front", "User", "Time", "Nonce", "Token", "Signature"])
def test_any_header_that_is_missing_is_refused(missing: str) -> None:
    headers = signed()
    del headers[f"X-Hotdesk-{missing}"]
    with pytest.raises(Refused):
        check(headers)


@pytest.mark.parametrize(
    "request_",
    [("GET", TARGET, BODY), ("POST", "/phones", BODY), ("POST", TARGET + "&y", BODY), ("POST", TARGET, BODY + b"&")],
)
def test_another_request_is_refused(request_: tuple[str, str, bytes]) -> None:
    with pytest.raises(Refused, match="signature"):
        check(signed(), *request_)


def test_another_key_is_refused() -> None:
    headers = sign("f" * 64, WHO, "POST", TARGET, BODY, NOW)
    with pytest.raises(Refused):
        check(headers)


@pytest.mark.parametrize(("off", "fine"), [(0, True), (SKEW, True), (-SKEW, True), (SKEW + 1, False), (-61, False)])
def test_a_signature_is_good_for_a_minute(off: int, fine: bool) -> None:
    headers = sign(SECRET, WHO, "POST", TARGET, BODY, NOW + off)
    if fine:
        assert check(headers) == WHO
    else:
        with pytest.raises(Refused, match="time"):
            check(headers)


@pytest.mark.parametrize(
    ("who", "why"), [(Identity("demo", "maria"), "front"), (Identity("", "maria"), "front"), (Identity(PAGE), "name")]
)
def test_a_front_that_nobody_knows_and_an_administrator_without_a_name_are_refused(who: Identity, why: str) -> None:
    headers = sign(SECRET, who, "POST", TARGET, BODY, NOW)
    with pytest.raises(Refused, match=why):
        check(headers)


def by_hand(time: str = str(NOW), nonce: str = "0123456789abcdef" * 2) -> dict[str, str]:
    """Return headers that are rightly signed, whatever they say."""
    lines = ["POST", TARGET, "page", "maria", time, nonce, "t", hashlib.sha256(BODY).hexdigest()]
    mac = hmac.new(SECRET.encode(), "\n".join(lines).encode("utf-8"), hashlib.sha256).hexdigest()
    headers = {"Front": "page", "User": "maria", "Time": time, "Nonce": nonce, "Token": "t", "Signature": mac}
    return {f"X-Hotdesk-{k}": v for k, v in headers.items()}


def test_headers_made_by_hand_are_as_good() -> None:
    assert check(by_hand()).user == "maria"


@pytest.mark.parametrize("time", ["", "now", "1e9", "١٧٠٠٠٠٠٠٠٠", "-1", "9" * 40])
def test_a_time_that_is_none_is_refused_even_when_it_is_signed(time: str) -> None:
    with pytest.raises(Refused):
        check(by_hand(time=time))


@pytest.mark.parametrize("nonce", ["", "1", "0" * 31, "A" * 32, "0" * 65, "0" * 32 + "\n", "x" * 32])
def test_a_nonce_that_can_be_guessed_is_refused_even_when_it_is_signed(nonce: str) -> None:
    with pytest.raises(Refused, match="nonce"):
        check(by_hand(nonce=nonce))


# At the door


def test_only_ping_is_open_to_everybody(front: Front) -> None:
    ping = front.client.get("/ping")
    assert (ping.status_code, ping.text) == (200, "pong")
    for path in ("/", "/phones", "/health", "/api/phones", "/internal/alerts", "/nowhere"):
        answer = front.client.get(path)
        assert answer.status_code == 403
        assert answer.get_json()["error"]["code"] == "forbidden"
    assert front.opened == 0


def test_nothing_is_done_for_whom_nobody_vouches(front: Front) -> None:
    assert front.send("POST", "/logout", b"seat=x", "application/x-www-form-urlencoded", signature="0").status == 403
    assert front.client.post("/api/login", json={"phone": "200", "user": "1003"}).status_code == 403
    assert front.ledger.sessions() == ()


def test_each_front_has_its_own_paths(front: Front) -> None:
    assert front.get("/internal/alerts").error == (403, "forbidden")
    assert front.bridge("GET", "/phones").error == (403, "forbidden")
    assert front.bridge("GET", "/api/phones").error == (403, "forbidden")
    assert front.bridge("GET", "/internal/alerts").status == 200


def test_the_signature_is_about_the_body_as_it_was_sent(front: Front) -> None:
    assert front.post("/phones/200/login", user="1003").status == 303
    headers = sign(SECRET, ADMIN, "POST", "/phones/200/login", b"user=1003", front.office.clock())
    changed = front.client.post("/phones/200/login", data={"user": "1004"}, headers=headers)
    assert changed.status_code == 403
