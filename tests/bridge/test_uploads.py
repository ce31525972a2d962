"""Files on their way through the bridge: PHP keeps the body of such a form to itself."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from hotdesk_module.web.app import LARGEST
from tests.bridge.browser import PAGE, SCRIPT, Browser
from tests.bridge.panel import FakePanel
from tests.bridge.world import World

BRIDGE = Path(__file__).parents[2] / "bridge"
IMPORT = "/phones/import"
# No UTF-8, and everything else that a form, a header or PHP could stumble over.
BYTES = bytes(range(256)) + b"\r\n--a-line\r\n&=+%41;\x00\xff\xfe"


def constant(name: str) -> int:
    """Return a constant of Body.php."""
    found = re.search(rf"const {name} = (\d+);", (BRIDGE / "Body.php").read_text())
    assert found
    return int(found[1])


def fields(panel: FakePanel) -> dict[str, bytes]:
    """Return the form that the panel got."""
    last = panel.requests[-1]
    assert (last.method, last.target) == ("POST", IMPORT)
    assert last.headers["content-type"] == "application/x-www-form-urlencoded"
    pairs = parse_qsl(last.body.decode("ascii"), keep_blank_values=True, strict_parsing=True, encoding="latin-1")
    return {name: value.encode("latin-1") for name, value in pairs}


def test_the_bridge_and_the_panel_agree_on_how_much_is_taken() -> None:
    assert constant("LARGEST") == LARGEST
    assert constant("LARGEST_FILE") * 3 < LARGEST


@pytest.mark.parametrize("path", [PAGE, SCRIPT])
def test_a_file_comes_to_the_panel_byte_by_byte(browser: Browser, panel: FakePanel, path: str) -> None:
    browser.ask(PAGE)
    token = panel.token()
    assert browser.upload(path, IMPORT, hotdesk_token=token, file=BYTES, note="Büro & <1>").status == 200
    assert fields(panel) == {"hotdesk_token": token.encode(), "note": "Büro & <1>".encode(), "file": BYTES}


def test_a_script_may_send_the_token_in_a_header(browser: Browser, panel: FakePanel) -> None:
    browser.ask(PAGE)
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\ndevice\r\n--x--\r\n'
    sent = {"Content_Type": "multipart/form-data; boundary=x", "X_Hotdesk_Token": panel.token()}
    assert browser.ask(SCRIPT, "POST", IMPORT, body, **sent).status == 200
    assert fields(panel) == {"file": b"device"}


def test_a_file_that_was_not_chosen_is_an_empty_field(browser: Browser, panel: FakePanel) -> None:
    browser.ask(PAGE)
    token = panel.token()
    start = f'--x\r\nContent-Disposition: form-data; name="hotdesk_token"\r\n\r\n{token}\r\n'
    none = '--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--x--\r\n'
    browser.ask(PAGE, "POST", IMPORT, start + none, Content_Type="multipart/form-data; boundary=x")
    assert fields(panel) == {"hotdesk_token": token.encode(), "file": b""}


def test_the_largest_file_fits_and_one_byte_more_is_told(browser: Browser, panel: FakePanel) -> None:
    browser.ask(PAGE)
    token, most = panel.token(), constant("LARGEST_FILE")
    assert browser.upload(SCRIPT, IMPORT, hotdesk_token=token, file=b"\xff" * most).status == 200
    assert len(fields(panel)["file"]) == most
    answer = browser.upload(SCRIPT, IMPORT, hotdesk_token=token, file=b"x" * (most + 1))
    assert answer.error == (413, "request_entity_too_large")
    assert f"{most + 1} bytes" in answer.body and str(most) in answer.body
    assert len(panel.requests) == 2


def test_a_form_that_is_too_large_without_a_file_is_told_too(browser: Browser, panel: FakePanel) -> None:
    browser.ask(PAGE)
    body = f"hotdesk_token={panel.token()}&label=" + "x" * LARGEST
    answer = browser.form(SCRIPT, "/phones", body)
    assert answer.error == (413, "request_entity_too_large")
    page = browser.form(PAGE, "/phones", body)
    assert page.status == 413 and "too large" in page.body and "FreePBX's menu" in page.body
    assert len(panel.requests) == 1


def test_the_setting_of_php_that_stops_a_file_is_named(world: World, panel: FakePanel) -> None:
    with world.web_server(upload_max_filesize="1K") as port:
        browser = Browser(port)
        browser.ask(PAGE)
        token = panel.token()
        page = browser.upload(PAGE, IMPORT, hotdesk_token=token, file=b"x" * 2000)
        script = browser.upload(SCRIPT, IMPORT, hotdesk_token=token, file=b"x" * 2000)
    assert page.status == 413 and "upload_max_filesize" in page.body and "at most 1K" in page.body
    assert script.error == (413, "request_entity_too_large") and "upload_max_filesize" in script.body
    assert len(panel.requests) == 1


def test_a_request_that_php_throws_away_is_not_taken_for_one_without_a_token(world: World, panel: FakePanel) -> None:
    with world.web_server(post_max_size="2K", display_startup_errors="0") as port:
        browser = Browser(port)
        browser.ask(PAGE)
        token = panel.token()
        page = browser.upload(PAGE, IMPORT, hotdesk_token=token, file=b"x" * 3000)
        script = browser.form(SCRIPT, IMPORT, f"hotdesk_token={token}&x=" + "x" * 3000)
        small = browser.form(SCRIPT, IMPORT, f"hotdesk_token={token}&x=" + "x" * 1000)
    assert page.status == 413 and "post_max_size" in page.body and "at most 2K" in page.body
    assert script.error == (413, "request_entity_too_large") and "post_max_size" in script.body
    assert small.status == 200


def test_a_list_of_fields_is_left_out(browser: Browser, panel: FakePanel) -> None:
    browser.ask(PAGE)
    token = panel.token()
    parts: dict[str, str | bytes] = {"hotdesk_token": token, "a[]": "1", "b[c]": b"2", "d": "3"}
    assert browser.upload(PAGE, IMPORT, **parts).status == 200
    assert fields(panel) == {"hotdesk_token": token.encode(), "d": b"3"}


def test_without_the_token_no_file_is_read(browser: Browser, panel: FakePanel) -> None:
    browser.ask(PAGE)
    assert browser.upload(SCRIPT, IMPORT, hotdesk_token="", file=b"device").error == (403, "bad_token")
    assert browser.upload(SCRIPT, IMPORT, file=b"device").error == (403, "bad_token")
    assert json.loads(browser.upload(SCRIPT, IMPORT, hotdesk_token="0" * 64, file=b"x").body)["error"]
    assert len(panel.requests) == 1
