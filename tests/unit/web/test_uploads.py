"""A file comes to the panel as it was on the administrator's disk."""

from __future__ import annotations

from urllib.parse import quote_from_bytes, urlencode

import pytest
from flask import Flask

from hotdesk_module.core.pool_csv import decoded
from hotdesk_module.errors import BadImport
from hotdesk_module.web.uploads import uploaded

BYTES = bytes(range(256)) + b"\r\n&=+%41;"
FORM = "application/x-www-form-urlencoded"


def sent(body: bytes, kind: str, name: str = "csv") -> bytes:
    """Return a file as the panel reads it."""
    with Flask(__name__).test_request_context(method="POST", data=body, content_type=kind):
        return uploaded(name)


@pytest.mark.parametrize("content", [BYTES, b"", "Büro\r\n".encode(), b"\xff\xfe\x00", b"a+b c"])
def test_from_the_bridge_it_is_a_field(content: bytes) -> None:
    body = f"hotdesk_token=t&csv={quote_from_bytes(content)}&dry_run=yes".encode()
    assert sent(body, FORM) == content


def test_as_php_writes_it() -> None:
    assert sent(urlencode({"csv": BYTES}).encode(), FORM) == BYTES


def test_from_a_browser_itself_it_is_a_part() -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="csv"; filename="a.csv"\r\n\r\n'
    assert sent(head + BYTES + b"\r\n--x--\r\n", "multipart/form-data; boundary=x") == BYTES


def test_where_there_is_none_it_is_empty() -> None:
    assert sent(b"hotdesk_token=t", FORM) == sent(b"", "") == sent(b"{}", "application/json") == b""


def test_what_is_not_utf8_is_told_with_its_line() -> None:
    assert decoded(sent(b"csv=%EF%BB%BFdevice%0A200", FORM)) == "device\n200"
    with pytest.raises(BadImport, match="Line 2 is not UTF-8"):
        decoded(sent(b"csv=device,label%0D%0A200,B%FCro", FORM))
