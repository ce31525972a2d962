"""What holds for every page of the panel."""

from __future__ import annotations

import pytest

from tests.support.front import ADMIN, Front, view_of
from tests.unit.web.pages import PAGES, everyone

# What FreePBX's own page takes for its own; a form with such a field would, say, log the administrator out.
FREEPBXS = {
    *("action", "command", "confirm_email", "confirm_password", "display", "email_address", "extdisplay", "file"),
    *("fw_popover", "fw_popover_process", "handler", "logout", "module", "password", "quietmode", "restrictmods"),
    *("skip", "skip_astman", "type", "unlock", "username", "view"),
}


@pytest.mark.parametrize("path", PAGES)
def test_names_are_shown_as_they_are_and_do_nothing(front: Front, path: str) -> None:
    answer = everyone(front).get(path)
    assert answer.status == 200
    assert answer.page.all("script") == []
    assert "<script" not in answer.response.text


@pytest.mark.parametrize("path", PAGES)
def test_forms_post_to_the_panel_with_the_token_and_take_no_name_of_freepbxs(front: Front, path: str) -> None:
    page = everyone(front).get(path).page
    forms = page.all("form")
    assert all(f["method"] == "post" and view_of(f["action"]).startswith("/") for f in forms)
    actions = [b["formaction"] for b in page.all("button") if "formaction" in b]
    assert all(view_of(action).startswith("/") for action in actions)
    tokens = [i for i in page.all("input") if i.get("name") == "hotdesk_token"]
    assert [t["value"] for t in tokens] == [ADMIN.token] * len(forms)
    names = {tag.get("name", "") for kind in ("input", "select", "button", "textarea") for tag in page.all(kind)}
    assert names & FREEPBXS == set()


@pytest.mark.parametrize("path", PAGES)
def test_every_field_has_a_label_and_every_column_a_scope(front: Front, path: str) -> None:
    page = everyone(front).get(path).page
    labelled = {label["for"] for label in page.all("label")}
    fields = [*page.all("input"), *page.all("select"), *page.all("textarea")]
    assert [f for f in fields if f.get("type") != "hidden" and f.get("id") not in labelled] == []
    assert all(th.get("scope") in ("col", "row") for th in page.all("th"))
    described = {i for tag in fields for i in tag.get("aria-describedby", "").split()}
    assert described <= {tag.get("id") for tag in page.all("span")}
    ids = [t["id"] for _, t in page.tags if "id" in t]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", PAGES)
def test_every_link_leads_somewhere(front: Front, path: str) -> None:
    for link in everyone(front).get(path).page.all("a"):
        if "display=hotdesk" in link["href"]:
            assert front.get(view_of(link["href"])).status == 200
