"""Admin → Hot Desking, by HTTP: who may see it, and who may not."""

from __future__ import annotations

import json

import pytest

from tests.freepbx import office
from tests.freepbx.browser import PAGE, SCRIPT, Browser
from tests.freepbx.office import Office
from tests.freepbx.product import Product

# What our page prints and FreePBX's menu does not.
OURS = "data-hotdesk"


@pytest.fixture(scope="module")
def clerk(acme: Office) -> Browser:
    """An administrator who may see ring groups only."""
    made = Browser()
    made.log_in(office.CLERK, acme.passwords[office.CLERK])
    return made


def test_the_administrator_sees_the_page_inside_freepbxs(admin: Browser) -> None:
    answer = admin.get(PAGE)
    assert answer.status == 200
    assert "<h1" in answer.text.split('id="page_body"')[-1], answer.text[-2000:]
    assert "Hot Desking" in answer.text
    assert "Whoops" not in answer.text


def test_an_administrator_without_the_permission_sees_nothing(clerk: Browser, admin: Browser) -> None:
    mine, theirs = admin.get(PAGE), clerk.get(PAGE)
    assert admin_only(mine.text)
    assert not admin_only(theirs.text)


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


def admin_only(text: str) -> bool:
    """Whether the page shows something of the pool, the settings or the history."""
    return "view=" in text and "display=hotdesk" in text
