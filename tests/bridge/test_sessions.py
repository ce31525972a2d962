"""FreePBX's session and language: who is logged in still, and what they read."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.bridge.browser import PAGE, SCRIPT, Browser
from tests.bridge.panel import FakePanel
from tests.bridge.world import World


def language(panel: FakePanel) -> str | None:
    """Return the language that the panel was asked for."""
    return panel.requests[-1].headers.get("accept-language")


# Logged out


def test_who_is_not_logged_in_is_told_so(browser: Browser, panel: FakePanel) -> None:
    browser.admin = None
    assert browser.ask(SCRIPT).error == (401, "no_session")
    assert "logged out" in browser.ask(SCRIPT, "POST", "/logout").body
    page = browser.ask(PAGE)
    assert page.status == 401 and "You have been logged out of FreePBX" in page.body
    assert panel.requests == []


def test_a_script_is_logged_out_when_a_page_would_be(browser: Browser, world: World, panel: FakePanel) -> None:
    """FreePBX looks at SESSION_TIMEOUT with pages only; a page that asks on for news would never end."""
    assert browser.ask(SCRIPT, X_Test_Idle="999999").status == 200
    world["settings"] = {**world["settings"], "SESSION_TIMEOUT": 600}
    assert browser.ask(SCRIPT, X_Test_Idle="590").status == 200
    assert browser.ask(SCRIPT, X_Test_Idle="610").error == (401, "no_session")
    # FreePBX itself takes no less than a minute.
    world["settings"] = {**world["settings"], "SESSION_TIMEOUT": 5}
    assert browser.ask(SCRIPT, X_Test_Idle="50").status == 200
    assert browser.ask(SCRIPT, X_Test_Idle="70").error == (401, "no_session")
    assert len(panel.requests) == 3


def test_to_log_in_at_the_pages_address_shows_the_page(browser: Browser, panel: FakePanel) -> None:
    """FreePBX posts its login to the address that was asked for; the password stays with FreePBX."""
    answer = browser.form(PAGE, "/phones/200", "username=maria&password=se%26cret")
    assert answer.status == 200 and "the panel" in answer.body
    last = panel.requests[-1]
    assert (last.method, last.target, last.body) == ("GET", "/phones/200", b"")
    assert "content-type" not in last.headers


def test_to_log_in_where_a_button_was_pressed_shows_the_overview(browser: Browser, panel: FakePanel) -> None:
    panel.answers["GET", "/phones/200/logout"] = (405, {"X-Hotdesk-Fragment": "1"}, "<p>no</p>")
    answer = browser.form(PAGE, "/phones/200/logout", "username=maria&password=secret")
    assert (answer.status, answer.headers["location"]) == (303, "config.php?display=hotdesk&view=%2F")
    assert browser.ask(PAGE, view="/phones/200/logout").status == 405


def test_a_form_with_a_users_name_is_no_login_when_it_is_ours(browser: Browser, panel: FakePanel) -> None:
    browser.ask(PAGE)
    browser.form(PAGE, "/phones", f"username=x&password=y&hotdesk_token={panel.token()}")
    assert panel.requests[-1].method == "POST"
    assert browser.form(PAGE, "/phones", "username=x&password=y&hotdesk_token=wrong").status == 403
    sent = {"Content_Type": "application/x-www-form-urlencoded", "X_Hotdesk_Token": "wrong"}
    assert browser.ask(PAGE, "POST", "/phones", "username=x&password=y", **sent).status == 403


def test_what_is_refused_is_in_freepbxs_log_on_one_line(browser: Browser, world: World, panel: FakePanel) -> None:
    browser.admin = "joe extensions"
    browser.ask(SCRIPT, view="/phones?q=%0A")
    browser.admin = "maria hotdesk"
    browser.form(SCRIPT, "/logout", "seat=1")
    browser.admin = "eve\x1b[2J\x85 hotdesk"
    browser.form(PAGE, "/logout", "seat=1")
    browser.admin = "jürgen\u2028 hotdesk".encode().decode("latin-1")
    browser.form(PAGE, "/logout", "seat=1")
    assert world["log"] == [
        "WARNING hotdesk: refused joe: GET /phones?q=%0A: no_permission",
        "WARNING hotdesk: refused maria: POST /logout: bad_token",
        "WARNING hotdesk: refused eve?[2J?: POST /logout: bad_token",
        "WARNING hotdesk: refused jürgen?: POST /logout: bad_token",
    ]


def test_a_page_left_open_does_not_fill_the_log(browser: Browser, world: World) -> None:
    browser.admin = None
    browser.ask(SCRIPT, view="/phones/table")
    assert world["log"] == []
    browser.form(SCRIPT, "/logout", "seat=1")
    assert [re.sub(".*: ", "", line) for line in world["log"]] == ["no_session"]


def test_while_one_page_waits_the_others_of_the_session_go_on(world: World, panel: FakePanel) -> None:
    """PHP answers one request of a session at a time; a daemon that is busy must not hold up all of FreePBX."""
    world.environment["PHP_CLI_SERVER_WORKERS"] = "4"
    with world.web_server() as port, ThreadPoolExecutor() as pool:
        browser, other = Browser(port), Browser(port)
        browser.ask(PAGE)
        token = panel.token()
        other.cookie = browser.cookie
        try:
            slow = pool.submit(browser.ask, PAGE, view="/slow")
            while len(panel.requests) < 2:
                time.sleep(0.01)
            assert other.ask(PAGE).status == other.ask(SCRIPT).status == 200
            assert not slow.done()
        finally:
            panel.go_on.set()
        assert slow.result().status == 200
        # The session is what it was, and takes what FreePBX writes to it after that.
        assert "menu" in slow.result().body
        assert browser.form(PAGE, "/phones", f"hotdesk_token={token}").status == 200


# Language


@pytest.mark.parametrize("path", [PAGE, SCRIPT])
def test_the_panel_is_asked_in_the_language_of_freepbxs_page(
    browser: Browser, world: World, panel: FakePanel, path: str
) -> None:
    world["settings"] = {**world["settings"], "UIDEFAULTLANG": "es_ES"}
    for cookie, asked in {
        "de_DE": "de-DE",
        "pt_BR.utf8": "pt-BR",
        "sr_RS.UTF-8@latin": "sr-RS",
        "fr": "fr",
        "ckb": "ckb",
        "": "es-ES",
        "C": "es-ES",
        "de_DE, *;q=0.5": "es-ES",
        "../../etc": "es-ES",
        "de_DE%0d%0aX-Hotdesk-User:%20root": "es-ES",
        "de_DE%0a": "es-ES",
    }.items():
        browser.cookie = f"lang={cookie}"
        # What the browser itself would like is not asked: the frame around the panel is FreePBX's.
        browser.ask(path, Accept_Language="nl")
        assert (cookie, language(panel)) == (cookie, asked)
        assert panel.requests[-1].headers["x-hotdesk-user"] == "maria"


def test_without_any_language_none_is_asked_for(browser: Browser, panel: FakePanel) -> None:
    browser.ask(PAGE)
    assert language(panel) is None
    browser.cookie = "lang[]=de_DE"
    browser.ask(PAGE)
    assert language(panel) is None
