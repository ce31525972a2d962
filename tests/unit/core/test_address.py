"""Which texts are addresses of the web, and where they lead."""

from __future__ import annotations

import pytest

from hotdesk_module.core.address import Address, address


@pytest.mark.parametrize(
    ("text", "found", "place"),
    [
        ("https://example.com", Address(True, "example.com", 443, "/"), "example.com"),
        ("HTTPS://Example.com/", Address(True, "Example.com", 443, "/"), "Example.com"),
        ("http://10.0.0.7:8080/a/b?c=d&e=%20", Address(False, "10.0.0.7", 8080, "/a/b?c=d&e=%20"), "10.0.0.7:8080"),
        ("https://example.com?x=1", Address(True, "example.com", 443, "/?x=1"), "example.com"),
        ("https://[2001:db8::1]:8443/x", Address(True, "2001:db8::1", 8443, "/x"), "[2001:db8::1]:8443"),
        ("http://n8n:80/", Address(False, "n8n", 80, "/"), "n8n"),
        ("http://my_host.local./", None, ""),
        ("https://example.com:0/", None, ""),
        ("https://example.com:65536/", None, ""),
        ("https://example.com:99999999/", None, ""),
        ("ftp://example.com/", None, ""),
        ("example.com/hook", None, ""),
        ("https:///hook", None, ""),
        ("https://user:password@example.com/", None, ""),
        ("https://example.com/#part", None, ""),
        ("https://example.com/ä", None, ""),
        ("https://bücher.example/", None, ""),
        ("https://example.com/a b", None, ""),
        ("https://example.com/\r\nX: y", None, ""),
        ("https://example.com/\n", None, ""),
        ('https://example.com/"><script>', None, ""),
        ("javascript:alert(1)", None, ""),
        ("", None, ""),
    ],
)
def test_an_address_is_taken_apart_and_what_is_none_is_refused(text: str, found: Address | None, place: str) -> None:
    assert address(text) == found
    assert found is None or found.place == place
