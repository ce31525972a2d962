"""The page Health."""

from __future__ import annotations

import gettext
import html
import re

import pytest

from hotdesk_module import dialplan
from hotdesk_module.core.codes import Codes
from hotdesk_module.core.model import Contact, FeatureCode, Group, Phone, Route
from hotdesk_module.health.projection import in_line
from hotdesk_module.ports import Context, HistoryFilter
from hotdesk_module.times import iso
from hotdesk_module.web import language
from hotdesk_module.web.checkup import FRESH
from hotdesk_module.web.pages.health import MOST
from tests.support.front import Front


def test_what_is_wrong_comes_first_with_what_to_do_and_a_way_there(front: Front) -> None:
    front.ledger.save_phones([Phone("999")])
    page = front.get("/health").page
    assert "Something needs your attention" in page.text
    assert page.text.index("FreePBX has no such device any more") < page.text.index("The database answers")
    links = [a["href"] for a in page.all("a")]
    assert "?display=extensions&extdisplay=200" in links and "?display=hotdesk&view=%2Fphones%2F999" in links


def test_what_can_be_repaired_has_a_button(front: Front) -> None:
    front.desk.login("200", "1003")
    front.office.edit_extension("200")
    page = front.get("/health").page
    assert any("%2Fhealth%2Frepair" in f["action"] for f in page.all("form"))
    assert "differences repaired." in front.follow(front.post("/health/repair")).text
    assert front.office.rings("1003") == ["PJSIP/200"]
    assert "there was nothing to repair" in front.follow(front.post("/health/repair")).text


def test_a_repair_that_would_log_out_many_is_shown_before_it_is_forced(front: Front) -> None:
    front.ledger.save_settings({"mass_logout": "1"})
    for phone, user in (("200", "1003"), ("201", "1004")):
        front.desk.login(phone, user)
    for table in ("hotdesk_sessions", "hotdesk_events"):
        front.database.execute(f"DELETE FROM {table}")
    page = front.get("/health").page
    assert "A repair would log out many users" in page.text
    assert "would log out 2 phones" in front.follow(front.post("/health/repair")).text
    assert front.office.caller("200") == "1003"
    page = front.get("/health/force").page
    assert "DEVICE/200/user" in page.text
    (checked,) = (field["value"] for field in page.all("input") if field.get("name") == "checked")
    front.office.astdb.values["DEVICE/202/user"] = "1001"
    later = front.post("/health/repair", force="yes", checked=checked)
    assert later.status == 409 and "DEVICE/202/user" in later.page.text and "Nothing was done yet" in later.page.text
    assert front.post("/health/repair", force="yes").status == 409, "whoever has seen nothing agrees to nothing"
    assert front.office.caller("200") == "1003"
    front.office.astdb.values["DEVICE/202/user"] = "202"
    front.follow(front.post("/health/repair", force="yes", checked=checked))
    assert front.office.caller("200") == "200"
    assert "There is nothing to repair" in front.get("/health/force").page.text


def test_users_that_freepbx_no_longer_has_are_named(front: Front) -> None:
    front.desk.login("200", "1003")
    front.office.delete_extension("1003")
    sentence = "1003 {} logged out of phone 200: FreePBX has no such user any more."
    assert sentence.format("would be") in front.get("/health/force").page.text
    assert sentence.format("was") in front.follow(front.post("/health/repair")).text


def hrefs(front: Front, target: str = "/health") -> dict[str, str]:
    """Return what a page's links say, and where they lead."""
    text = front.get(target).response.text
    return {re.sub("<.*?>", "", said): html.unescape(to) for to, said in re.findall(r'<a href="(.*?)">(.*?)</a>', text)}


def test_findings_stand_in_groups_the_worst_first(front: Front) -> None:
    front.ledger.save_phones([Phone("999")])
    text = front.get("/health").page.text
    titles = ("Errors: these want your attention", "Warnings: look at", "Good to know", "In order")
    places = [text.index(title) for title in titles]
    assert places == sorted(places)
    # A level that nothing is of has no heading.
    front.ledger.remove_phone("999")
    for number in ("200", "201", "202", "300"):
        front.office.switchboard.all_contacts.append(Contact(f"PJSIP/{number}", address="192.0.2.1"))
    page = front.get("/health").page
    levels = {f["level"] for f in front.get("/api/health").json["findings"]}
    assert len(page.all("h3")) == len(levels) < 4


def test_a_finding_leads_to_where_it_is_put_right(front: Front) -> None:
    front.office.inventory.all_groups = [
        Group("queue", "700", "Sales", ("200",)),
        Group("ring_group", "600", "", ("201",)),
    ]
    front.office.astdb.values["CF/1001"] = "200"
    front.office.inventory.all_codes = [FeatureCode("hotdesk", "login", "*11", enabled=False)]
    found = hrefs(front)
    assert found["Queue 700"] == "?display=queues&view=form&extdisplay=700"
    assert found["Ring group 600"] == "?display=ringgroups&view=form&extdisplay=GRP-600"
    assert found["Extension 1001"] == "?display=extensions&extdisplay=1001"
    assert found["Feature Codes"] == "?display=featurecodeadmin"


def test_of_very_many_phones_the_first_are_shown_and_the_next_are_folded_up(front: Front) -> None:
    front.ledger.save_phones(Phone(str(n)) for n in range(9000, 9000 + MOST + 10))
    page = front.get("/health").page
    assert f"and {MOST - 20} more" in page.text
    assert len({a["href"] for a in page.all("a") if "%2Fphones%2F9" in a["href"]}) == MOST
    (found,) = (f for f in front.get("/api/health").json["findings"] if f["code"] == "no_device")
    assert len(found["phones"]) == MOST + 10


def test_names_from_freepbx_do_nothing(front: Front) -> None:
    front.office.inventory.all_groups = [Group("queue", "700", "<script>alert(1)</script>", ("200",))]
    answer = front.get("/health")
    assert "<script>" not in answer.response.text and "(<script>alert(1)</script>)" in answer.page.text


def test_registrations_are_what_the_daemon_has_seen(front: Front) -> None:
    assert "Phones 200, 201, 202, 300: not registered" in front.get("/health").page.text
    numbers = ("200", "201", "202", "300")
    front.office.switchboard.all_contacts = [Contact(f"PJSIP/{n}", address="192.0.2.1") for n in numbers]
    assert "Every phone is registered" in front.get("/health").page.text


def test_what_the_daemon_compared_a_moment_ago_is_not_compared_again(front: Front) -> None:
    front.desk.login("200", "1003")
    front.office.edit_extension("200")
    front.comparisons.note((in_line(),), front.office.clock() - FRESH)
    page = front.get("/health").page
    assert "Asterisk is in line" in page.text
    checked, compared = (t["datetime"] for t in page.all("time"))
    assert (checked, compared) == (iso(front.office.clock()), iso(front.office.clock() - FRESH))
    # Asked to look, it looks; and an old comparison counts for nothing.
    assert "Asterisk differs" in front.follow(front.post("/health/check")).text
    front.comparisons.note((in_line(),), front.office.clock() - FRESH - 1)
    assert "Asterisk differs" in front.get("/health").page.text


def test_as_data_it_is_compared_where_somebody_asks_for_it(front: Front) -> None:
    front.desk.login("200", "1003")
    front.office.edit_extension("200")
    front.comparisons.note((in_line(),), front.office.clock())
    for answer, level in ((front.get("/api/health"), "ok"), (front.call("/api/health"), "warning")):
        assert {f["code"]: f["level"] for f in answer.json["findings"]}["projection"] == level


def test_after_a_repair_nobody_trusts_what_was_compared_before(front: Front) -> None:
    front.desk.login("200", "1003")
    front.office.edit_extension("200")
    assert "Asterisk differs" in front.get("/health").page.text
    assert "Asterisk is in line" in front.follow(front.post("/health/repair")).text
    front.office.edit_extension("200")
    assert front.call("/api/reconcile", dry_run=True).json["effects"]
    assert {f["code"]: f["level"] for f in front.get("/api/health").json["findings"]}["projection"] == "warning"


def test_without_asterisk_it_does_not_say_that_anything_was_compared(front: Front) -> None:
    front.asterisk_up = False
    front.comparisons.note((in_line(),), front.office.clock())
    page = front.get("/health").page
    assert "Asterisk does not answer" in page.text and "last compared" not in page.text
    data = front.get("/api/health").json
    assert (data["healthy"], data["compared"]) == (False, None)


def test_the_same_as_data(front: Front) -> None:
    front.office.inventory.all_groups = [Group("queue", "700", "Sales", ("200",))]
    data = front.get("/api/health").json
    (found,) = (f for f in data["findings"] if f["code"] == "queues")
    assert found["about"] == [{"kind": "queue", "number": "700"}]
    assert (found["level"], found["phones"], found["repairable"]) == ("warning", ["200"], False)
    assert data["checked"] == data["compared"] == iso(front.office.clock())


def test_the_heading_says_the_worst(front: Front) -> None:
    assert front.get("/health").page.text.count("Something needs your attention") == 1
    office = front.office
    office.inventory.all_devices = [d._replace(emergency_cid="5551234") for d in office.inventory.all_devices]
    office.devices_to_astdb()
    front.desk.reconcile()
    office.switchboard.all_contacts = [Contact(d.dial, address="192.0.2.1") for d in office.inventory.all_devices]
    built = dialplan.build("", Codes(), front.ledger.phones())
    contexts = office.switchboard.contexts
    for name in dict.fromkeys(s.context for s in built.steps):
        contexts[name] = Context(frozenset(s.extension for s in built.steps if s.context == name))
    contexts[built.includes[0][0]] = Context(frozenset(), tuple(name for _, name in built.includes))
    office.inventory.all_codes = [FeatureCode("hotdesk", "login", "*11"), FeatureCode("hotdesk", "logout", "*12")]
    assert "Everything that matters is in order" in front.get("/health").page.text
    office.inventory.all_groups = [Group("queue", "700", "Sales", ("200",))]
    assert "Hot desking works, with warnings" in front.get("/health").page.text


def checked(front: Front) -> str:
    """Return by what the page of Call Forwards knows what was seen there."""
    page = front.get("/health/forwards").page
    (mark,) = (field["value"] for field in page.all("input") if field.get("name") == "checked")
    return mark


def test_call_forwards_of_another_module_are_removed_by_whoever_has_seen_them(front: Front) -> None:
    astdb = front.office.astdb
    assert "There is nothing to repair" in front.get("/health/forwards").page.text
    astdb.values["CF/1001"] = "200"
    assert any("%2Fhealth%2Fforwards" in a["href"] for a in front.get("/health").page.all("a"))
    seen = checked(front)
    assert "Remove the Call Forward of 1001 to 200" in front.get("/health/forwards").page.text
    astdb.values["CF/1002"] = "201"
    later = front.post("/health/forwards", checked=seen)
    assert later.status == 409 and "1002 to 201" in later.page.text and "Nothing was done yet" in later.page.text
    assert front.post("/health/forwards").status == 409, "whoever has seen nothing agrees to nothing"
    assert {"CF/1001", "CF/1002"} <= astdb.values.keys()
    page = front.follow(front.post("/health/forwards", checked=checked(front)))
    assert "Done: Remove the Call Forward of 1001 to 200. Remove the Call Forward of 1002 to 201." in page.text
    assert not {"CF/1001", "CF/1002"} & astdb.values.keys()
    (event,) = front.ledger.events(HistoryFilter(event="repair"))
    assert (event.code, event.source, event.actor) == ("forwards", "panel", "maria")


def test_what_is_left_of_deleted_users_goes_with_a_click(front: Front) -> None:
    front.ledger.save_pin("1009", "hash", 1)
    page = front.get("/health").page
    assert any("%2Fhealth%2Fforget" in f["action"] for f in page.all("form"))
    assert "Remove the hot desk PIN of 1009." in front.follow(front.post("/health/forget")).text
    assert "nothing left to do" in front.follow(front.post("/health/forget")).text
    for user in range(3000, 3015):
        front.ledger.save_pin(str(user), "hash", 1)
    assert "15 extensions" in front.follow(front.post("/health/forget")).text
    assert len(front.ledger.pins()) == 15
    front.ledger.save_settings({"mass_logout": "100"})
    assert "And 5 more." in front.follow(front.post("/health/forget")).text


def test_every_ill_has_its_repair_or_says_what_to_do(front: Front) -> None:
    """A button, or a link to what a repair would do, where there is one."""
    front.office.astdb.values.update({"CF/1001": "200", "CustomDevstate/HDSK205": "INUSE"})
    front.ledger.save_pin("1009", "hash", 1)
    data = front.get("/api/health").json["findings"]
    page = front.get("/health").page
    to = [f["action"] for f in page.all("form")] + [a["href"] for a in page.all("a")]
    for repair, target in (("reconcile", "repair"), ("forget", "forget"), ("forwards", "forwards")):
        assert [f["code"] for f in data if f["repair"] == repair] != []
        assert any(f"%2Fhealth%2F{target}" in t for t in to)
    assert all(f["text"] for f in data if f["level"] != "ok")


def test_a_finding_about_a_route_leads_to_the_route(front: Front) -> None:
    front.office.inventory.all_routes = [Route("7", "911", emergency=True, patterns=("911",))]
    assert hrefs(front)["Outbound route 7"] == "?display=routing&view=form&id=7"


def test_findings_are_told_in_the_readers_language(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    class German(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return {"%(phones)s: no Emergency CID": "%(phones)s: keine Notrufnummer"}.get(message, message)

        def ngettext(self, one: str, many: str, count: int) -> str:
            return {"Phone %(numbers)s": "Telefone %(numbers)s"}.get(one, one if count == 1 else many)

    monkeypatch.setattr(language, "_catalogue", lambda name: German())
    assert "Telefone 200, 201, 202, 300: keine Notrufnummer" in front.get("/health").page.text
    # A program is told in English, whatever its administrator speaks.
    assert "Phones 200, 201, 202, 300: no Emergency CID" in [
        f["title"] for f in front.get("/api/health").json["findings"]
    ]


def test_the_repairs_as_data(front: Front) -> None:
    front.office.astdb.values["CF/1001"] = "200"
    assert front.call("/api/health/repair", repair="forwards", dry_run=True).json == {
        "repair": "forwards",
        "dry_run": True,
        "changes": ["Remove the Call Forward of 1001 to 200"],
    }
    assert front.office.astdb.get("CF/1001") == "200"
    assert front.call("/api/health/repair", repair="forwards").json["changes"] != []
    assert front.office.astdb.get("CF/1001") is None
    assert front.call("/api/health/repair", repair="everything").error == (400, "bad_value")
    for user in range(3000, 3006):
        front.ledger.save_pin(str(user), "hash", 1)
    assert front.call("/api/health/repair", repair="forget").error == (409, "unsafe_plan")
    assert len(front.call("/api/health/repair", repair="forget", force=True).json["changes"]) == 6
