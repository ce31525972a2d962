"""Sending to receivers that are well, and to those that are not."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotdesk_module.adapters import web
from hotdesk_module.adapters.web import MOST, Web
from hotdesk_module.core.address import Address, address
from hotdesk_module.errors import WebhookFailed
from tests.support.receiver import CLOSE, DRIP, FLOOD, GO_ON, HANG, LONG, NONSENSE, Receiver, receiver

PATIENCE = 0.6


def at(url: str) -> Address:
    found = address(url)
    assert found is not None
    return found


def post(to: Receiver, patience: float = PATIENCE, authorities: str = "") -> int:
    return Web(patience, authorities)(at(to.url), b'{"a":1}', {"X-One": "1"}).status


def why(url: str, post: Web) -> str:
    """Return why a delivery fails."""
    with pytest.raises(WebhookFailed) as failed:
        post(at(url), b"{}", {})
    return failed.value.message


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


def test_it_arrives_as_it_was_sent(there: Receiver) -> None:
    reply = Web(PATIENCE)(at(there.url), b'{"a":1}', {"X-One": "1", "Content-Type": "application/json"})
    assert reply.status == 200 and 0 < reply.seconds < PATIENCE
    (request,) = there.requests
    assert (request.method, request.path, request.body) == ("POST", "/hook?office=1", b'{"a":1}')
    assert request.headers["host"] == f"127.0.0.1:{there.port}"
    assert (request.headers["x-one"], request.headers["content-length"]) == ("1", "7")


@pytest.mark.parametrize("status", ["204", "302", "307", "401", "404", "500", "503"])
def test_whatever_the_status_is_it_is_returned_and_nobody_is_followed(there: Receiver, status: str) -> None:
    there.manner = status
    assert post(there) == int(status)
    assert [r.path for r in there.requests] == ["/hook?office=1"]


@pytest.mark.parametrize("manner", [HANG, DRIP])
def test_who_is_silent_or_drips_costs_no_more_than_our_patience(there: Receiver, manner: str) -> None:
    there.manner = manner
    begun = time.monotonic()
    assert why(there.url, Web(PATIENCE)) == f"127.0.0.1:{there.port} did not answer within 0.6 seconds."
    assert PATIENCE <= time.monotonic() - begun < PATIENCE + 0.5


@pytest.mark.parametrize("manner", [FLOOD, GO_ON])
def test_who_floods_us_is_cut_off_by_bytes_long_before_by_time(there: Receiver, manner: str) -> None:
    there.manner = manner
    begun = time.monotonic()
    assert "too long" in why(there.url, Web(30))
    assert time.monotonic() - begun < 5


def test_a_long_answer_is_not_read(there: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    there.manner = LONG
    read: list[int] = []
    readinto = web._Answer.readinto

    def counted(self: web._Answer, buffer: object) -> int:
        read.append(readinto(self, buffer))
        return read[-1]

    monkeypatch.setattr(web._Answer, "readinto", counted)
    assert post(there, 30) == 200
    assert 0 < sum(read) <= MOST


@pytest.mark.parametrize(("manner", "words"), [(NONSENSE, "does not answer in HTTP"), (CLOSE, "closed connection")])
def test_what_is_no_web_server_is_told(there: Receiver, manner: str, words: str) -> None:
    there.manner = manner
    assert words in why(there.url, Web(PATIENCE))


def test_where_nobody_listens_it_is_told_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert why(f"http://127.0.0.1:{port}/", Web(30)) == f"127.0.0.1:{port} does not answer: Connection refused."


def test_a_name_that_nobody_has_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert why("https://nowhere.example/x", Web()) == "nowhere.example does not answer: Name or service not known."


def test_a_name_that_cannot_be_one_is_told() -> None:
    assert "does not answer" in why(f"http://{'a' * 70}.example/", Web(PATIENCE))


def test_the_next_address_of_a_name_is_tried_and_all_of_them_within_one_patience(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    found = [(*stream, ("127.0.0.1", 1)), (*stream, ("127.0.0.1", there.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert Web(PATIENCE)(at("http://receiver.example/"), b"", {}).status == 200
    there.manner = HANG
    found[:] = [(*stream, ("127.0.0.1", there.port))] * 5
    begun = time.monotonic()
    assert "did not answer" in why("http://receiver.example/", Web(PATIENCE))
    assert time.monotonic() - begun < 2 * PATIENCE


def test_an_address_of_ipv6_is_written_as_it_should_be(monkeypatch: pytest.MonkeyPatch, there: Receiver) -> None:
    stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", there.port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [stream])
    assert Web(PATIENCE)(at("http://[2001:db8::1]:8080/x"), b"", {}).status == 200
    assert there.requests[0].headers["host"] == "[2001:db8::1]:8080"


def test_a_proxy_of_the_environment_is_none_of_ours(there: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    assert post(there) == 200


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a certificate for 127.0.0.1, with its key in the same file, that no authority has signed."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    file = tmp_path_factory.mktemp("tls") / "receiver.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    name = ["-subj", "/CN=receiver", "-addext", "subjectAltName=IP:127.0.0.1"]
    out = ["-keyout", str(file), "-out", f"{file}.crt"]
    subprocess.run(["openssl", "req", "-x509", *kind, *name, *out], check=True, capture_output=True)
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    return file


@pytest.fixture
def secure(certificate: Path) -> Iterator[Receiver]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with receiver(tls=context) as made:
        yield made


def test_a_certificate_that_is_trusted_is_taken(secure: Receiver, certificate: Path) -> None:
    assert post(secure, 5, str(certificate)) == 200
    assert secure.requests[0].headers["host"] == f"127.0.0.1:{secure.port}"


def test_a_certificate_that_nobody_vouches_for_is_refused_and_nothing_is_sent(secure: Receiver) -> None:
    message = why(secure.url, Web(5))
    assert "cannot be trusted" in message and "self" in message
    assert secure.requests == []


def test_a_certificate_of_another_name_is_refused(secure: Receiver, certificate: Path) -> None:
    url = secure.url.replace("127.0.0.1", "localhost")
    assert "cannot be trusted" in why(url, Web(5, str(certificate)))
    assert secure.requests == []


def test_who_does_not_speak_tls_is_told(there: Receiver) -> None:
    assert f"127.0.0.1:{there.port}" in why(there.url.replace("http:", "https:"), Web(PATIENCE))


def test_after_a_refusal_the_systems_certificates_are_read_anew(secure: Receiver, certificate: Path) -> None:
    poster = Web(5)
    why(secure.url, poster)
    poster._authorities = str(certificate)
    assert poster(at(secure.url), b"", {}).status == 200


def test_where_python_knows_no_authorities_those_of_the_system_are_taken(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = ssl.DefaultVerifyPaths(None, None, "", "", "", "")  # type: ignore[arg-type]
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nothing)
    monkeypatch.setattr(web, "BUNDLES", (str(certificate) + ".none", str(certificate)))
    assert any("receiver" in repr(found) for found in web._context("").get_ca_certs())
