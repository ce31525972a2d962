"""Admin → Hot Desking, by HTTP: who may see it, and who may not."""

from __future__ import annotations

import json
import re

import pytest

from tests.freepbx import office, promises
from tests.freepbx.browser import PAGE, SCRIPT, Browser
from tests.freepbx.office import Office
from tests.freepbx.product import Desk, Product

# What our page prints and FreePBX's menu does not.
OURS = '<div class="hotdesk"'


@pytest.fixture(scope="module")
def clerk(acme: Office) -> Browser:
    """An administrator who may see ring groups only."""
    made = Browser()
    made.log_in(office.CLERK, acme.passwords[office.CLERK])
    return made


def test_the_administrator_sees_the_page_inside_freepbxs(admin: Browser) -> None:
    answer = admin.get(PAGE)
    assert answer.status == 200
    assert OURS in answer.text and "No phones yet" in answer.text, answer.text[-3000:]
    assert answer.token
    for view in ("/phones/add", "/health"):
        assert OURS in admin.view(view).text


def test_an_administrator_without_the_permission_sees_nothing(clerk: Browser, admin: Browser) -> None:
    for view in ("/", "/phones/add", "/health", "/api/phones"):
        answer = clerk.view(view)
        assert OURS not in answer.text and "devices" not in answer.text


def test_without_the_permission_a_script_gets_nothing_either(clerk: Browser) -> None:
    answer = clerk.get(SCRIPT + "%2F")
    assert answer.status == 403
    assert json.loads(answer.text)["error"]["code"] == "no_permission"


@pytest.mark.parametrize("view", ["%2F", "%2Fapi%2Fphones"])
def test_nobody_who_is_not_logged_in_gets_anything(view: str) -> None:
    for browser in (Browser(), Browser("http://127.0.0.1/admin/")):
        answer = browser.get(SCRIPT + view)
        assert answer.status in (401, 403), answer.text


def test_a_form_without_our_token_changes_nothing(admin: Browser, hotdesk: Product) -> None:
    before = hotdesk.command("phones", "list")
    for fields in ({"device": office.PHONE.number}, {"device": office.PHONE.number, "hotdesk_token": "0" * 64}):
        page = admin.post(f"{PAGE}&view=%2Fphones", fields)
        script = admin.post(SCRIPT + "%2Fapi%2Fphones", fields)
        assert (page.status, script.status) == (403, 403)
    assert json.loads(script.text)["error"]["code"] == "bad_token"
    assert hotdesk.command("phones", "list") == before


def test_its_styles_and_scripts_are_served(admin: Browser) -> None:
    text = admin.get(PAGE).text
    for name in re.findall(r"""["'](assets/hotdesk/[^"']+)["']""", text) or ["none is on the page"]:
        assert admin.get(name).status == 200, name


def test_the_page_adds_a_phone_and_logs_people_in_and_out(admin: Browser, hotdesk: Product, desk: Desk) -> None:
    phone, user = office.PHONE.number, office.VIRTUAL.number
    token = admin.get(PAGE).token
    answer = admin.send("/phones/add", device=phone, hotdesk_token=token)
    assert answer.status == 200 and f"{phone}" in answer.text
    answer = admin.send(f"/phones/{phone}/login", user=user, hotdesk_token=token)
    assert "is logged in" in answer.text, answer.text[-3000:]
    assert hotdesk.seats() == {phone: user}
    assert promises.broken(desk.telephones, user, phone, *promises.FEW) == {}
    rows = json.loads(admin.get(f"{SCRIPT}%2Fapi%2Fsessions").text)["sessions"]
    assert [(row["phone"], row["user"]) for row in rows] == [(phone, user)]
    answer = admin.post(f"{SCRIPT}%2Fapi%2Flogout", {"phone": phone}, X_Hotdesk_Token=token)
    assert answer.status == 200, answer.text
    assert hotdesk.seats() == {}
    events = hotdesk.command("history", "--phone", phone)["events"][:2]
    assert {event["actor"] for event in events} == {office.ADMIN}
    answer = admin.send("/phones/remove", device=phone, hotdesk_token=token)
    assert "not in the pool any more" in answer.text
