"""Import and export of the pool: what would become of every line, and then what was agreed to, or nothing."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest

from hotdesk_module.core.model import Phone
from hotdesk_module.ports import HistoryFilter
from tests.support.front import Front, Page
from tests.support.office import device
from tests.unit.web.pages import EVIL

TEXT = "device,label,location\r\n200,Lobby,Hall\r\n201,Phone 201,\r\n1001,Alice,Hall\r\n"


def hidden(page: Page) -> dict[str, str]:
    """Return what the button sends along."""
    found = {i["name"]: i["value"] for i in page.all("input") if i.get("type") == "hidden"}
    return {name: value for name, value in found.items() if name != "hotdesk_token"}


def labels(front: Front) -> dict[str, str]:
    return {p.device: p.label for p in front.ledger.phones()}


def test_every_line_is_shown_before_anything_changes_and_then_it_is_done(front: Front) -> None:
    before = labels(front)
    page = front.post("/phones/import", pasted=TEXT).page
    assert "1 added 1 changed 1 unchanged" in page.text
    assert "2 200 changed label: Phone 200 → Lobby location: empty → Hall" in page.text
    assert "4 1001 added label: Alice location: Hall" in page.text
    assert "Phone 1001 has no Emergency CID" in page.text
    assert labels(front) == before
    page = front.follow(front.post("/phones/import/confirm", **hidden(page)))
    assert "1 phone added, 1 changed, 1 as it was." in page.text
    assert labels(front) == {**before, "200": "Lobby", "1001": "Alice"}
    events = front.ledger.events(HistoryFilter())
    assert {(e.phone, e.source, e.actor, e.code) for e in events} == {
        ("200", "panel", "maria", "changed"),
        ("1001", "panel", "maria", "added"),
    }


def test_a_file_goes_before_pasted_text(front: Front) -> None:
    page = front.post("/phones/import", csv="device,label\n200,File\n", pasted="device,label\n200,Pasted\n").page
    assert "Phone 200 → File" in page.text
    head = b'--x\r\nContent-Disposition: form-data; name="csv"; filename="p.csv"\r\n\r\n'
    body = head + b"\xef\xbb\xbfdevice;label\r\n200;B\xc3\xbcro\r\n--x--\r\n"
    answer = front.send("POST", "/phones/import", body, "multipart/form-data; boundary=x")
    assert "Phone 200 → Büro" in answer.page.text


def test_errors_are_named_with_their_lines_and_there_is_no_button(front: Front) -> None:
    page = front.post("/phones/import", pasted="device,mac\n200,zz\n404,\n").page
    assert "Nothing can be imported before the errors are mended." in page.text
    assert "mac: 'zz' is not a MAC address" in page.text and "FreePBX has no device 404" in page.text
    assert "Import" not in [b.get("aria-label") for b in page.all("button")] and hidden(page) == {}


def test_nothing_to_do_is_said(front: Front) -> None:
    page = front.post("/phones/import", pasted="device,label\n200,Phone 200\n").page
    assert "Every phone is as the file says." in page.text and hidden(page) == {}


@pytest.mark.parametrize(
    ("csv", "words"),
    [
        ("", "Choose a file, or paste its text."),
        (" \r\n", "Choose a file, or paste its text."),
        ("hello", "there is no column 'hello'"),
        ("device,label\n200,a,b\n", "Line 2 has 3 fields"),
        ('device,label\n200,"a\n', "the quotes do not match"),
    ],
)
def test_what_is_no_such_file_is_refused_and_can_be_mended(front: Front, csv: str, words: str) -> None:
    answer = front.post("/phones/import", pasted=csv)
    assert answer.status == 400 and words in answer.page.text
    kept = answer.response.text.split("</textarea>")[0]
    assert all(word in unescape(kept) for word in csv.split())


def test_a_file_of_another_encoding_is_told_what_to_save_it_as(front: Front) -> None:
    answer = front.send("POST", "/phones/import", b"csv=device,label%0A200,B%FCro", "application/x-www-form-urlencoded")
    assert answer.status == 400 and "Line 2 is not UTF-8; in Excel save the file as" in answer.page.text


def test_a_number_that_lost_its_zeros_is_recognised(front: Front) -> None:
    front.office.inventory.all_devices.append(device("0042"))
    page = front.post("/phones/import", pasted="device\n42\n").page
    assert "FreePBX has no device 42" in page.text
    assert "It has 0042: was the column text when the file was saved?" in page.text


def test_what_spreadsheets_make_of_the_file_is_taken(front: Front) -> None:
    page = front.post("/phones/import", pasted='\ufeff"Device";"LABEL"\r\n"200";"\'=1+1"\r\n;\r\n').page
    assert "Phone 200 → =1+1" in page.text


# Two administrators


def test_where_something_else_would_be_done_now_it_is_asked_again(front: Front) -> None:
    asked = hidden(front.post("/phones/import", pasted=TEXT).page)
    front.ledger.save_phones([Phone("200", "Somebody's")])
    answer = front.post("/phones/import/confirm", **asked)
    assert answer.status == 409
    assert "Nothing was imported; look again." in answer.page.text
    assert "Somebody's → Lobby" in answer.page.text
    assert labels(front)["200"] == "Somebody's" and "1001" not in labels(front)
    assert front.follow(front.post("/phones/import/confirm", **hidden(answer.page))).text
    assert labels(front)["200"] == "Lobby"


def test_a_change_that_makes_no_difference_is_none(front: Front) -> None:
    asked = hidden(front.post("/phones/import", pasted=TEXT).page)
    front.ledger.save_phones([Phone("202", "Elsewhere"), Phone("200", "Phone 200", idle_hours=3)])
    assert front.post("/phones/import/confirm", **asked).status == 303
    assert front.ledger.phones(["200"])[0] == Phone("200", "Lobby", location="Hall", idle_hours=3)


@pytest.mark.parametrize("asked", [{}, {"checked": ""}, {"checked": "0" * 16}])
def test_without_having_seen_it_nobody_can_agree(front: Front, asked: dict[str, str]) -> None:
    before = labels(front)
    assert front.post("/phones/import/confirm", csv=TEXT, **asked).status == 409
    assert labels(front) == before


def test_another_text_than_the_one_that_was_seen_is_not_imported(front: Front) -> None:
    asked = hidden(front.post("/phones/import", pasted=TEXT).page)
    assert front.post("/phones/import/confirm", **{**asked, "csv": TEXT.replace("Lobby", "Cellar")}).status == 409
    assert front.post("/phones/import/confirm", **{**asked, "csv": ""}).status == 400


def test_without_asterisk_nothing_is_imported(front: Front) -> None:
    asked = hidden(front.post("/phones/import", pasted=TEXT).page)
    front.asterisk_up = False
    assert front.post("/phones/import", pasted=TEXT).status == 200
    assert front.post("/phones/import/confirm", **asked).status == 503
    assert labels(front)["200"] == "Phone 200"


def test_whatever_is_in_a_file_it_does_nothing_to_the_page(front: Front) -> None:
    quoted = EVIL.replace('"', '""')
    answer = front.post("/phones/import", pasted=f'device,label\n200,"{quoted}"\n404,"{quoted}"\n')
    assert answer.page.all("script") == [] and EVIL in answer.page.text
    answer = front.post("/phones/import", pasted=f"</textarea>{EVIL}")
    assert answer.page.all("script") == [] and answer.response.text.count("</textarea>") == 1


# Export, and there and back


def test_what_is_exported_can_be_imported_again_and_changes_nothing(front: Front) -> None:
    stored = (
        Phone("200", '=1+"1"; a, b', "001565aabbcc", "Hall\u00a01", "*55", "*56", 0, "18:30", False),
        Phone("201", "O'Brien 👩‍💻", idle_hours=None),
    )
    front.ledger.save_phones(stored)
    answer = front.get("/phones/export.csv")
    assert answer.response.data.startswith(b"\xef\xbb\xbfdevice,label,")
    assert answer.response.headers["Content-Disposition"].startswith("attachment; filename=hotdesk-phones-2023-11-14")
    text = answer.response.data.decode()
    assert "'=1+" in text
    assert "Every phone is as the file says." in front.post("/phones/import", pasted=text).page.text
    for phone in stored:
        front.ledger.remove_phone(phone.device)
    front.post("/phones/import/confirm", **hidden(front.post("/phones/import", pasted=text).page))
    assert front.ledger.phones(["200", "201"]) == stored


def test_two_thousand_lines(front: Front) -> None:
    numbers = [str(30000 + n) for n in range(2000)]
    front.office.inventory.all_devices += [device(n) for n in numbers]
    text = "device,label\n" + "".join(f"{n},Desk {n}\n" for n in numbers)
    page = front.post("/phones/import", pasted=text).page
    assert "2000 added" in page.text
    assert "2000 phones added, 0 changed" in front.follow(front.post("/phones/import/confirm", **hidden(page))).text
    assert len(front.ledger.phones()) == 2004


# As data


def call(front: Front, **given: Any) -> Any:
    return front.call("/api/import", **given).json


def test_a_program_tries_it_first_and_agrees_to_just_that(front: Front) -> None:
    tried = call(front, text=TEXT, dry_run=True)
    assert tried["counts"] == {"added": 1, "changed": 1, "unchanged": 1, "error": 0}
    assert tried["rows"][0] == {
        "line": 2,
        "device": "200",
        "fate": "changed",
        "changes": [
            {"field": "label", "old": "Phone 200", "new": "Lobby"},
            {"field": "location", "old": "", "new": "Hall"},
        ],
        "errors": [],
        "warnings": [],
    }
    assert labels(front)["200"] == "Phone 200"
    front.ledger.save_phones([Phone("200", "Somebody's")])
    assert front.call("/api/import", text=TEXT, checked=tried["checked"]).error == (409, "changed")
    done = call(front, text=TEXT, checked=call(front, text=TEXT, dry_run=True)["checked"])
    assert (done["dry_run"], done["applied"], done["apply_config"]) == (False, True, False)
    assert "Emergency CID" in done["warnings"][0]
    assert labels(front)["200"] == "Lobby"


def test_a_program_may_also_import_without_looking(front: Front) -> None:
    assert call(front, text=TEXT)["counts"]["added"] == 1
    assert front.get("/api/export").json["phones"][0]["label"] == "Lobby"


@pytest.mark.parametrize("text", ["", "nonsense", "device\n404\n", 5, ["device"]])
def test_what_cannot_be_imported_is_one_error(front: Front, text: object) -> None:
    status, code = front.call("/api/import", text=text).error
    assert (status, code) in ((400, "bad_import"), (400, "bad_value"))


def test_an_error_in_a_line_is_part_of_a_dry_run(front: Front) -> None:
    tried = call(front, text="device\n404\n", dry_run=True)
    assert tried["counts"]["error"] == 1 and "no device 404" in tried["rows"][0]["errors"][0]
