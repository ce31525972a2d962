"""Admin → Hot Desking: who is let in, what the panel gets, what the browser gets."""

from __future__ import annotations

import html
import json
import re
from urllib.parse import urlencode

import pytest

from tests.bridge.browser import PAGE, SCRIPT, Browser
from tests.bridge.panel import FakePanel
from tests.bridge.world import World


def test_the_panel_stands_inside_freepbxs_page(browser: Browser, panel: FakePanel) -> None:
    answer = browser.ask(PAGE)
    assert answer.status == 200
    assert re.search(r"FreePBX's menu.*<p>the panel</p>.*<footer>", answer.body, re.DOTALL)
    assert panel.asked() == [("GET", "/", "page")]


def test_the_view_goes_to_the_panel_as_it_is_and_signed(browser: Browser, panel: FakePanel) -> None:
    view = "/phones/../phones/2%2F0?q=J%C3%B6rg&sort=label"
    assert "the panel" in browser.ask(PAGE, view=view).body
    assert panel.asked() == [("GET", view, "page")]


@pytest.mark.parametrize("view", ["phones", "//evil.example/", "/a b", "/a\r\nX-Hotdesk-User: root", "/#", "http://x/"])
def test_a_view_that_is_no_path_is_the_overview(browser: Browser, panel: FakePanel, view: str) -> None:
    browser.ask(PAGE, view=view)
    assert panel.asked() == [("GET", "/", "page")]


def test_the_administrators_name_is_passed_on(browser: Browser, panel: FakePanel) -> None:
    browser.admin = "o'hara+co%41 hotdesk"
    browser.ask(PAGE)
    assert panel.requests[0].headers["x-hotdesk-user"] == "o%27hara%2Bco%2541"


@pytest.mark.parametrize("admin", ["joe extensions", "joe"])
def test_without_the_permission_nobody_reaches_the_panel(browser: Browser, panel: FakePanel, admin: str) -> None:
    browser.admin = admin
    page, script = browser.ask(PAGE), browser.ask(SCRIPT)
    assert (page.status, script.status) == (403, 403)
    assert "You may not use Hot Desking" in page.body
    assert json.loads(script.body)["error"]["code"] == "no_permission"
    assert panel.requests == []


def test_an_administrator_of_everything_may_use_it(browser: Browser, panel: FakePanel) -> None:
    browser.admin = "root *"
    assert browser.ask(PAGE).status == 200


@pytest.mark.parametrize("path", [PAGE, SCRIPT])
def test_without_the_token_of_the_session_nothing_is_changed(browser: Browser, panel: FakePanel, path: str) -> None:
    for body in ("label=x", "label=x&hotdesk_token=", "label=x&hotdesk_token[]=1"):
        assert browser.form(path, "/phones", body).status == 403
    browser.ask(PAGE)
    token = panel.token()
    assert re.fullmatch("[0-9a-f]{64}", token)
    for body in ("label=x", "label=x&hotdesk_token=", f"label=x&hotdesk_token={token[:-1]}", "hotdesk_token[]=1"):
        assert browser.form(path, "/phones", body).status == 403
    assert browser.ask(path, "DELETE", "/phones/200", X_Hotdesk_Token="wrong").status == 403
    assert panel.asked() == [("GET", "/", "page")]


@pytest.mark.parametrize("path", [PAGE, SCRIPT])
def test_a_method_other_than_get_and_head_wants_the_token(browser: Browser, panel: FakePanel, path: str) -> None:
    browser.ask(PAGE)
    token = panel.token()
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"):
        assert browser.ask(path, method, "/phones/200").status == 403
        assert browser.ask(path, method, "/phones/200", X_HTTP_Method_Override="GET").status == 403
        assert browser.ask(path, method, "/phones/200", X_Hotdesk_Token=f"{token}, {token}").status == 403
    assert browser.ask(path, "HEAD", "/phones/200").status == 200
    # As what it is: to the panel an override is a header like any other, and is not passed on.
    browser.ask(path, "GET", "/phones/200", X_HTTP_Method_Override="DELETE")
    assert panel.asked() == [("GET", "/", "page"), ("HEAD", "/phones/200", "page"), ("GET", "/phones/200", "page")]
    assert "x-http-method-override" not in panel.requests[-1].headers


def test_the_panel_itself_answers_no_other_method(browser: Browser, world: World) -> None:
    token = re.findall(r'data-token="(\w+)"', browser.ask(PAGE).body)[0]
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert browser.ask(SCRIPT, method, "/api/phones", X_Hotdesk_Token=token).error == (405, "method_not_allowed")


def test_every_request_is_signed_anew(browser: Browser, panel: FakePanel) -> None:
    for _ in range(3):
        assert browser.ask(PAGE).status == 200
    assert len({r.headers["x-hotdesk-nonce"] for r in panel.requests}) == 3


def test_the_token_of_another_session_is_no_token(browser: Browser, panel: FakePanel) -> None:
    browser.ask(PAGE)
    other = Browser(browser.port)
    other.ask(PAGE)
    assert browser.form(PAGE, "/phones", f"hotdesk_token={panel.token()}").status == 403


def test_a_form_goes_to_the_panel_byte_by_byte(browser: Browser, panel: FakePanel) -> None:
    browser.ask(PAGE)
    body = f"hotdesk_token={panel.token()}&label=B%C3%BCro+%3C1%3E&label=2"
    assert browser.form(PAGE, "/phones", body).status == 200
    last = panel.requests[-1]
    assert (last.method, last.target, last.body.decode()) == ("POST", "/phones", body)
    assert last.headers["content-type"] == "application/x-www-form-urlencoded"


def test_a_script_sends_the_token_in_a_header(browser: Browser, panel: FakePanel) -> None:
    browser.ask(PAGE)
    panel.answers["POST", "/api/phones"] = (200, {"Content-Type": "application/json"}, '{"ok":true}')
    sent = {"X_Hotdesk_Token": panel.token(), "Content_Type": "application/json"}
    answer = browser.ask(SCRIPT, "POST", "/api/phones", '{"device":"200"}', **sent)
    assert (answer.status, answer.body) == (200, '{"ok":true}')
    assert answer.headers["content-type"] == "application/json"
    assert panel.requests[-1].body == b'{"device":"200"}'
    assert panel.requests[-1].headers["x-hotdesk-token"] == sent["X_Hotdesk_Token"]


def test_another_command_of_ajax_is_declined(world: World) -> None:
    assert world.call("ajaxRequest", "panel").result == [True, []]
    assert world.call("ajaxRequest", "other").result == [False, []]


@pytest.mark.parametrize(
    ("path", "link"), [(PAGE, "config.php?display=hotdesk"), (SCRIPT, "ajax.php?module=hotdesk&command=panel")]
)
def test_a_redirect_of_the_panel_is_one_of_freepbx(browser: Browser, panel: FakePanel, path: str, link: str) -> None:
    browser.ask(PAGE)
    panel.answers["POST", "/phones"] = (303, {"Location": "/phones?done=200&x=%C3%A4", "X-Hotdesk-Fragment": "1"}, "")
    answer = browser.form(path, "/phones", f"hotdesk_token={panel.token()}")
    assert answer.status == 303
    assert answer.headers["location"] == f"{link}&view=%2Fphones%3Fdone%3D200%26x%3D%25C3%25A4"
    assert answer.body == ""


def test_a_redirect_to_elsewhere_is_not_passed_on(browser: Browser, panel: FakePanel) -> None:
    panel.answers["GET", "/"] = (303, {"Location": "//evil.example/"}, "")
    assert "location" not in browser.ask(PAGE).headers


def test_a_download_is_nothing_but_the_file(browser: Browser, panel: FakePanel) -> None:
    headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="phones.csv"'}
    panel.answers["GET", "/phones.csv"] = (200, {**headers, "X-Hotdesk-Secret": "no"}, "\ufeffdevice\r\n200\r\n")
    answer = browser.ask(PAGE, view="/phones.csv")
    assert answer.body == "\ufeffdevice\r\n200\r\n"
    assert answer.headers["content-disposition"] == headers["Content-Disposition"]
    assert answer.headers["content-type"] == headers["Content-Type"]
    assert "x-hotdesk-secret" not in answer.headers


def test_an_error_of_the_panel_keeps_its_status_and_its_place(browser: Browser, panel: FakePanel) -> None:
    panel.answers["GET", "/phones/999"] = (404, {"X-Hotdesk-Fragment": "1"}, "<p>no such phone</p>")
    answer = browser.ask(PAGE, view="/phones/999")
    assert answer.status == 404
    assert "FreePBX's menu" in answer.body and "no such phone" in answer.body


def test_a_daemon_that_is_down_is_started_by_the_page(browser: Browser, world: World) -> None:
    answer = browser.ask(PAGE)
    assert answer.status == 200
    assert "FreePBX's menu" in answer.body and "Meeting room" in answer.body
    assert world.daemon()


def test_a_page_left_open_starts_nothing_of_a_module_that_is_disabled_or_uninstalled(
    browser: Browser, world: World
) -> None:
    world["modules"] = ["core"]
    answer = browser.ask(SCRIPT, view="/phones/table")
    assert answer.status == 503 and "not enabled" in answer.body
    assert world.daemon() is None and not world.state.exists()


def test_a_phone_is_added_by_the_real_panels_form(browser: Browser, world: World) -> None:
    page = browser.ask(PAGE, view="/phones/add")
    action = html.unescape(re.findall(r'<form method="post" action="([^"]+)"', page.body)[-1])
    token = re.findall(r'name="hotdesk_token" value="(\w+)"', page.body)[-1]
    body = urlencode({"hotdesk_token": token, "device": "1001", "location": "Büro <1>"})
    done = browser.form(f"/admin/config.php{action}", "", body)
    assert done.status == 303
    shown = browser.ask(f"/admin/{done.headers['location']}")
    assert "is in the pool now" in shown.body and "FreePBX's menu" in shown.body
    phones = {p["device"]: p for p in world.hotdesk("phones", "list")["phones"]}
    assert phones["1001"]["location"] == "Büro <1>"


def test_the_history_names_the_administrator(browser: Browser, world: World) -> None:
    browser.ask(PAGE)
    token = re.findall(r'data-token="(\w+)"', browser.ask(PAGE).body)[0]
    sent = {"X_Hotdesk_Token": token, "Content_Type": "application/json"}
    answer = browser.ask(SCRIPT, "POST", "/api/login", json.dumps({"phone": "200", "user": "1001"}), **sent)
    assert answer.status == 200, answer.body
    assert ("login", "maria") in [(e["event"], e["actor"]) for e in world.hotdesk("history")["events"]]


def test_the_real_panel_lets_nobody_in_whom_the_bridge_does_not_vouch_for(browser: Browser, world: World) -> None:
    world.call("startDaemon")
    (world.state / "secret").write_text("another key")
    answer = browser.ask(SCRIPT, view="/api/phones")
    assert (answer.status, json.loads(answer.body)["error"]["code"]) == (403, "forbidden")


def test_the_inner_paths_are_not_for_browsers(browser: Browser, world: World) -> None:
    world.call("startDaemon")
    assert browser.ask(SCRIPT, view="/internal/alerts").status == 403


def test_a_daemon_that_does_not_start_is_explained(world: World) -> None:
    world.break_python("echo 'ImportError: no module named <flask>' >&2; exit 1")
    with world.web_server() as port:
        browser = Browser(port)
        page = browser.ask(PAGE)
        script = browser.ask(SCRIPT, view="/api/phones")
    assert page.status == script.status == 503
    assert "no module named &lt;flask&gt;" in page.body and "FreePBX's menu" in page.body
    assert 'href="?display=hotdesk"' in page.body and "Try again" in page.body
    assert json.loads(script.body)["error"]["code"] == "panel_down"


def test_a_form_that_the_daemon_took_and_did_not_answer_is_not_sent_again(browser: Browser, panel: FakePanel) -> None:
    browser.ask(PAGE)
    token = panel.token()
    panel.answers["POST", "/phones"] = (0, {}, "")
    answer = browser.form(PAGE, "/phones", f"hotdesk_token={token}")
    assert answer.status == 503
    assert len(panel.requests) == 2
