"""What is looked at, and what is said about it."""

from __future__ import annotations

import time

import pytest

from hotdesk_module import dialplan
from hotdesk_module.core.delivery import Delivery
from hotdesk_module.core.lockout import Attempts
from hotdesk_module.core.model import Event, FeatureCode, Group, Phone
from hotdesk_module.errors import AsteriskDown, LedgerDown
from hotdesk_module.health.examine import healthy
from hotdesk_module.health.finding import CODES, ERROR, INFO, LEVELS, OK, WARNING, Finding
from hotdesk_module.ports import Context, Flags
from tests.support.clinic import CORES, OURS, Clinic
from tests.support.fakes import FakeLedger


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def test_where_everything_is_in_order_everything_is_ok(clinic: Clinic) -> None:
    found = clinic.examine()
    assert {f.level for f in found} == {OK}
    assert healthy(found)
    assert {"database", "asterisk", "projection", "dialplan", "codes", "emergency_cid"} <= {f.code for f in found}


def test_looking_changes_nothing(clinic: Clinic) -> None:
    clinic.office.desk.login("200", "1003")
    clinic.office.edit_extension("200")
    before, writes = clinic.office.astdb.snapshot(), clinic.office.writes.count
    clinic.examine()
    assert (clinic.office.astdb.snapshot(), clinic.office.writes.count) == (before, writes)


def test_the_worst_comes_first_and_every_code_is_known(clinic: Clinic) -> None:
    clinic.office.ledger.save_phones([Phone("999")])
    clinic.machine = clinic.machine._replace(daemon=False)
    found = clinic.examine()
    ranks = [LEVELS.index(f.level) for f in found]
    assert ranks == sorted(ranks) and len(set(ranks)) > 2
    assert {f.code for f in found} <= set(CODES)
    assert not healthy(found)


def test_without_a_database_it_says_so_and_what_needs_it_is_left_out(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise LedgerDown("The database asterisk at localhost does not answer: Connection refused.")

    monkeypatch.setattr(FakeLedger, "phones", down)
    found = clinic.one("database")
    assert found.level == ERROR and "Connection refused" in found.text
    assert {f.code for f in clinic.examine()} == {"database", "python", "packages", "daemon"}


def test_without_asterisk_it_says_so_and_looks_at_the_rest(clinic: Clinic) -> None:
    clinic.down = AsteriskDown("Asterisk's manager at localhost:5038 does not answer: Connection refused.")
    found = clinic.one("asterisk")
    assert found.level == ERROR and "Connection refused" in found.text and "fwconsole start" in found.text
    assert {"database", "codes", "emergency_cid"} <= {f.code for f in clinic.examine()}


def test_asterisk_and_the_ledger_differ(clinic: Clinic) -> None:
    clinic.office.desk.login("200", "1003")
    clinic.office.edit_extension("200")
    found = clinic.one("projection")
    assert (found.level, found.repairable) == (WARNING, True)
    assert "DEVICE/200/user" in found.text
    clinic.office.desk.reconcile()
    assert clinic.one("projection").level == OK


def test_a_session_of_a_user_who_is_gone_differs_too(clinic: Clinic) -> None:
    clinic.office.desk.login("200", "1003")
    clinic.office.delete_extension("1003")
    assert "1003 at 200" in clinic.one("deleted").text


def test_a_repair_that_is_not_safe_is_an_error_and_no_button(clinic: Clinic) -> None:
    clinic.office.ledger.save_settings({"mass_logout": "1"})
    for phone, user in (("200", "1003"), ("201", "1004")):
        clinic.office.desk.login(phone, user)
    clinic.office.ledger.restore(clinic.office.ledger.snapshot()._replace(sessions=(), events=()))
    found = clinic.one("unsafe_plan")
    assert (found.level, found.repairable) == (ERROR, False)


def test_a_dialplan_that_is_not_loaded(clinic: Clinic) -> None:
    clinic.office.switchboard.contexts.clear()
    found = clinic.one("dialplan")
    assert found.level == ERROR and "Apply Config" in found.text


def test_a_dialplan_of_before_an_update(clinic: Clinic) -> None:
    del clinic.office.switchboard.contexts[dialplan.SHOWN]
    found = clinic.one("dialplan")
    assert found.level == WARNING and "shown the phone's name" in found.text and "Apply Config" in found.text


def test_codes_that_are_not_loaded_yet(clinic: Clinic) -> None:
    clinic.office.ledger.save_phones([Phone("200", login_code="*55")])
    found = clinic.one("dialplan")
    assert found.level == WARNING and found.title.endswith(": *55")


def test_a_dialplan_that_no_call_reaches(clinic: Clinic) -> None:
    clinic.office.switchboard.contexts["from-internal-additional"] = Context(includes=("app-userlogonoff",))
    assert clinic.one("dialplan").level == ERROR


@pytest.mark.parametrize(
    ("before", "after", "level"), [([], ["app-userlogonoff"], OK), (["app-userlogonoff"], [], ERROR)]
)
def test_cores_own_logon_has_to_come_after_ours(
    clinic: Clinic, before: list[str], after: list[str], level: str
) -> None:
    clinic.load(before, after)
    assert clinic.one("dialplan").level == level


def test_the_codes_in_force_are_named(clinic: Clinic) -> None:
    assert clinic.one("codes").title == "Log in with *11, log out with *12"


def test_a_code_that_is_switched_off(clinic: Clinic) -> None:
    clinic.office.inventory.all_codes = [OURS[0]._replace(enabled=False), OURS[1]]
    assert clinic.one("codes").level == WARNING
    assert "The login code is switched off" in clinic.one("codes").title


def test_a_code_that_another_module_has_too(clinic: Clinic) -> None:
    clinic.office.inventory.all_codes.append(FeatureCode("paging", "page", "*12"))
    found = clinic.one("codes")
    assert found.level == ERROR and found.title == "*12 is the code of paging/page, too"


def test_a_code_of_ours_that_is_another_one_of_ours_too(clinic: Clinic) -> None:
    clinic.office.inventory.all_codes.append(FeatureCode("hotdesk", "where", "*16", "*11"))
    found = clinic.one("codes")
    assert found.level == ERROR
    assert found.title == "*11 is the code of hotdesk/where, too"


def test_nobody_has_to_have_the_codes_that_only_tell(clinic: Clinic) -> None:
    for name, code in (("key", "*15"), ("where", "*16"), ("whose", "*17")):
        clinic.office.inventory.all_codes.append(FeatureCode("hotdesk", name, code, enabled=False))
    assert clinic.one("codes").level == OK


@pytest.mark.parametrize(("device_and_user", "level"), [(False, INFO), (True, WARNING)])
def test_cores_logon_on_the_same_codes(clinic: Clinic, device_and_user: bool, level: str) -> None:
    clinic.office.inventory.all_codes += CORES
    clinic.office.inventory.all_flags = Flags(device_and_user=device_and_user)
    found = clinic.one("core_codes")
    assert (found.level, found.title) == (level, "FreePBX's own user logon has *11 and *12, too")
    assert clinic.one("codes").level == OK
    clinic.office.inventory.all_codes[-2:] = [c._replace(enabled=False) for c in CORES]
    assert "core_codes" not in {f.code for f in clinic.examine()}


def test_a_phone_without_emergency_cid_is_an_error(clinic: Clinic) -> None:
    devices = clinic.office.inventory.all_devices
    clinic.office.inventory.all_devices = [d._replace(emergency_cid="") if d.id == "201" else d for d in devices]
    found = clinic.one("emergency_cid")
    assert (found.level, found.phones) == (ERROR, ("201",))


def test_a_phone_that_freepbx_no_longer_has(clinic: Clinic) -> None:
    clinic.office.ledger.save_phones([Phone(str(n)) for n in range(900, 912)])
    found = clinic.one("no_device")
    assert (found.level, len(found.phones)) == (ERROR, 12)
    assert found.title.startswith("Phones 900, 901,") and "and 2 more" in found.title


def test_a_phone_whose_own_number_leads_nowhere(clinic: Clinic) -> None:
    users = clinic.office.inventory.all_users
    clinic.office.inventory.all_users = [u._replace(mailbox="") if u.extension in ("200", "201") else u for u in users]
    clinic.office.inventory.all_destinations = {"201": "ext-group,600,1"}
    found = clinic.one("no_answer")
    assert (found.level, found.phones) == (WARNING, ("200",))


def test_an_empty_pool_is_only_a_hint(clinic: Clinic) -> None:
    for phone in clinic.office.ledger.phones():
        clinic.office.ledger.remove_phone(phone.device)
    assert clinic.one("pool").level == INFO


@pytest.mark.parametrize(("runs", "level"), [(True, OK), (False, WARNING), (None, INFO)])
def test_whether_the_daemon_runs(clinic: Clinic, runs: bool | None, level: str) -> None:
    clinic.machine = clinic.machine._replace(daemon=runs)
    assert clinic.one("daemon").level == level


def test_packages_that_are_missing(clinic: Clinic) -> None:
    assert clinic.one("packages").level == OK
    clinic.machine = clinic.machine._replace(packages={"flask": None, "click": "8.1"})
    found = clinic.one("packages")
    assert found.level == ERROR and found.title.endswith(": flask")


# Queues, groups and lists


@pytest.mark.parametrize(
    ("kind", "code", "title"),
    [
        ("queue", "queues", "Queue 700 (Sales) holds the number of phones 200, 201"),
        ("ring_group", "ring_groups", "Ring group 700 (Sales) holds the number of phones 200, 201"),
        ("follow_me", "follow_me", "The follow-me list of 700 (Sales) holds the number of phones 200, 201"),
    ],
)
def test_a_group_that_holds_a_phones_own_number(clinic: Clinic, kind: str, code: str, title: str) -> None:
    clinic.office.astdb.values["AMPUSER/700/followme/ddial"] = "DIRECT"
    clinic.office.inventory.all_groups = [Group(kind, "700", "Sales", ("1001", "200", "5551234", "201", "200"))]
    found = clinic.one(code)
    assert (found.level, found.title, found.repairable) == (WARNING, title, False)
    assert (found.phones, found.about) == (("200", "201"), ((kind, "700"),))
    assert "goes to its voicemail" in found.text and "List the people's extensions instead" in found.text


def test_several_groups_are_one_finding_that_names_each(clinic: Clinic) -> None:
    clinic.office.inventory.all_groups = [Group("queue", str(n), "", ("200",)) for n in range(700, 712)]
    found = clinic.one("queues")
    assert found.title == "12 queues hold the numbers of hot desk phones"
    assert found.text.startswith("700 (phone 200), 701 (phone 200),") and "and 2 more." in found.text
    assert len(found.about) == 12


def test_groups_of_people_only_are_in_order(clinic: Clinic) -> None:
    clinic.office.inventory.all_groups = [Group("queue", "700", "Sales", ("1001", "1003", "2000"))]
    assert clinic.all("queues") == []


def test_a_queue_may_have_a_phone_as_dynamic_member_only(clinic: Clinic) -> None:
    clinic.office.inventory.all_groups = [Group("queue", "700", "Sales", ("1001",))]
    clinic.office.astdb.values.update(
        {"QPENALTY/700/agents/200": "0", "QPENALTY/700/dynmemberonly": "no", "QPENALTY/709/agents/201": "5"}
    )
    found = clinic.one("queues")
    assert found.about == (("queue", "700"), ("queue", "709"))
    assert "700 (phone 200), 709 (phone 201)." in found.text


def test_a_follow_me_list_counts_where_it_is_in_use_and_names_another(clinic: Clinic) -> None:
    clinic.office.inventory.all_groups = [
        Group("follow_me", "1001", "", ("1001", "200")),
        Group("follow_me", "201", "", ("201", "1002")),
    ]
    astdb = clinic.office.astdb.values
    astdb.update({"AMPUSER/1001/followme/ddial": "EXTENSION", "AMPUSER/201/followme/ddial": "DIRECT"})
    assert clinic.all("follow_me") == []
    astdb["AMPUSER/1001/followme/ddial"] = "DIRECT"
    assert clinic.one("follow_me").about == (("follow_me", "1001"),)


# Call Forwards


def test_a_call_forward_to_a_phones_own_number_is_named_and_left_alone(clinic: Clinic) -> None:
    clinic.office.astdb.values.update({"CF/1001": "200", "CF/1002": "5551234", "CF/1003": "HD200"})
    found = clinic.one("forwards")
    assert (found.level, found.repairable) == (WARNING, False)
    assert found.text.startswith("1001 to 200.") and found.about == (("extension", "1001"),)
    clinic.office.desk.reconcile()
    assert clinic.office.astdb.get("CF/1001") == "200"


def test_a_login_takes_it_away_as_the_finding_says(clinic: Clinic) -> None:
    clinic.office.astdb.values["CF/1003"] = "200"
    clinic.office.desk.login("201", "1003")
    assert clinic.all("forwards") == []


# Registrations


def test_an_empty_desk_that_is_not_registered_is_only_mentioned(clinic: Clinic) -> None:
    clinic.unregister("200", "201")
    found = clinic.one("registrations")
    assert (found.level, found.phones) == (INFO, ("200", "201"))


def test_a_desk_where_somebody_sits_and_that_is_away_is_a_warning(clinic: Clinic) -> None:
    clinic.office.desk.login("200", "1003")
    clinic.register("200", reachable=False)
    clinic.unregister("201")
    assert [(f.level, f.phones) for f in clinic.all("registrations")] == [(WARNING, ("200",)), (INFO, ("201",))]


def test_a_phone_that_nobody_asks_whether_it_answers_is_there(clinic: Clinic) -> None:
    clinic.register("200", reachable=None)
    assert clinic.one("registrations").level == OK


def test_a_phone_that_is_disabled_or_gone_need_not_be_registered(clinic: Clinic) -> None:
    clinic.office.ledger.save_phones([Phone("200", enabled=False), Phone("999")])
    clinic.unregister("200")
    assert clinic.one("registrations").level == OK


# Locks, clocks, versions


def test_locks_that_are_in_force_are_mentioned(clinic: Clinic) -> None:
    now = clinic.office.clock()
    for kind, subject, until in (("user", "1003", now + 60), ("phone", "200", now + 60), ("user", "1004", now)):
        clinic.office.ledger.save_attempts(kind, subject, Attempts((), until))
    found = clinic.one("locks")
    assert (found.level, found.title) == (INFO, "2 locks are in force after wrong PINs")
    assert (found.phones, found.about) == (("200",), (("extension", "1003"),))
    clinic.office.clock.advance(61)
    assert clinic.all("locks") == []


@pytest.mark.parametrize(
    ("drift", "title"),
    [
        (0, "The clocks of this machine and of the database agree"),
        (-5, "The clocks of this machine and of the database agree"),
        (90, "The database's clock is 90 seconds ahead of this machine's"),
        (-7200, "The database's clock is 2 h 00 min behind this machine's"),
    ],
)
def test_the_clock_of_the_database(clinic: Clinic, drift: int, title: str) -> None:
    clinic.office.inventory.clock = lambda: clinic.office.clock() + drift
    found = clinic.one("clock")
    assert (found.title, found.level) == (title, OK if abs(drift) <= 5 else WARNING)


def test_a_clock_that_stands_before_the_history(clinic: Clinic) -> None:
    now = clinic.office.clock()
    clinic.office.ledger.change((), None, [Event(now + 3600, "login", "200", "1003"), Event(now, "logout", "200")])
    found = clinic.one("clock")
    assert found.level == WARNING and "before the latest line" in found.title
    clinic.office.clock.advance(3600)
    assert clinic.one("clock").level == OK


@pytest.mark.parametrize(
    ("theirs", "level"),
    [
        ("Europe/Berlin", OK),
        ("Europe/Paris", OK),
        ("America/New_York", WARNING),
        # The same in winter only.
        ("Africa/Algiers", WARNING),
        ("Mars/Olympus", INFO),
    ],
)
def test_the_zone_of_freepbx_against_the_machines(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, theirs: str, level: str
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        clinic.office.inventory.all_zone = theirs
        found = clinic.one("zone")
        assert (found.level, theirs in found.title) == (level, True)
        clinic.office.inventory.all_zone = ""
        assert clinic.all("zone") == []
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("version", "level"),
    [
        ("18.26.4", OK),
        ("22.10.1+dfsg+~cs6.17.60671434-1", OK),
        ("certified/20.7-cert2", OK),
        ("certified-18.9-cert11", OK),
        ("GIT-22-a1b2c3d", OK),
        ("16.28.0", WARNING),
        ("23.0.0", WARNING),
        ("", INFO),
        ("SVN-trunk", INFO),
    ],
)
def test_the_version_of_asterisk(clinic: Clinic, version: str, level: str) -> None:
    clinic.office.switchboard.all_version = version
    assert clinic.one("asterisk_version").level == level


@pytest.mark.parametrize(
    ("version", "level"), [("16.0.40", OK), ("17.0.19.24", OK), ("15.0.37", WARNING), ("18.0.1", WARNING), ("", INFO)]
)
def test_the_version_of_freepbx(clinic: Clinic, version: str, level: str) -> None:
    clinic.office.inventory.all_version = version
    assert clinic.one("freepbx_version").level == level


# PINs


def test_users_with_a_weak_pin_are_a_warning_that_names_them_and_no_pin(clinic: Clinic) -> None:
    assert clinic.one("weak_pins").level == OK
    # Who is no user of FreePBX any more is nobody to warn about.
    for user in ("1003", "1001", "9999"):
        clinic.office.ledger.save_weak_pin(user, 5)
    found = clinic.one("weak_pins")
    assert (found.level, found.title) == (WARNING, "Users 1001, 1003: a PIN that is easily guessed")
    assert found.about == (("extension", "1001"), ("extension", "1003"))
    assert healthy(clinic.examine())


# The webhook

KEY = "a-key-of-16-signs"


def telling(clinic: Clinic, delivery: Delivery, url: str = "https://hooks.example.com/x") -> Finding:
    """Return what is found of a webhook that has got so far, measured from now."""
    now = clinic.office.clock()
    since, given_up = delivery.failing_since, delivery.given_up_at
    clinic.office.ledger.save_settings({"webhook_url": url, "webhook_secret": KEY})
    told = delivery._replace(failing_since=since and now - since, given_up_at=given_up and now - given_up)
    clinic.office.ledger.begin_delivery(told)
    found = clinic.one("webhook")
    assert KEY not in repr(found) and "/x" not in repr(found)
    return found


def test_without_a_webhook_nothing_is_said_of_one(clinic: Clinic) -> None:
    assert clinic.all("webhook") == []
    clinic.office.ledger.save_settings({"webhook_secret": KEY})
    assert clinic.all("webhook") == []


def test_a_webhook_that_takes_everything_is_in_order(clinic: Clinic) -> None:
    found = telling(clinic, Delivery(0))
    assert (found.level, found.title) == (OK, "hooks.example.com takes the events it is told of")
    assert found.text == "None was told yet."
    assert "2023-11-14T22:13:20Z" in telling(clinic, Delivery(0, clinic.office.clock())).text


def test_an_address_without_a_key_is_a_warning(clinic: Clinic) -> None:
    clinic.office.ledger.save_settings({"webhook_url": "https://hooks.example.com/x"})
    found = clinic.one("webhook")
    assert found.level == WARNING and "webhook_secret" in found.text


@pytest.mark.parametrize(("since", "given_up", "level"), [(60, 0, WARNING), (3600, 0, ERROR), (60, 1, ERROR)])
def test_a_webhook_that_fails_is_a_warning_and_for_long_an_error_which_notifications_show(
    clinic: Clinic, since: int, given_up: int, level: str
) -> None:
    clinic.office.desk.login("200", "1003")
    found = telling(clinic, Delivery(0, 0, since, 4, "hooks.example.com answered 500.", given_up, given_up))
    assert found.level == level
    assert found.title.startswith("hooks.example.com has not taken an event since 2023-11-14T")
    assert "answered 500. 1 event waits" in found.text and "hotdesk webhook test" in found.text
    assert ("Some were already" in found.text) == bool(given_up)


def test_what_was_given_up_at_another_time_does_not_make_it_worse(clinic: Clinic) -> None:
    assert telling(clinic, Delivery(0, 0, 60, 4, "hooks.example.com answered 500.", 1, 3600)).level == WARNING


def test_that_events_were_given_up_is_remembered_for_a_week(clinic: Clinic) -> None:
    day = 86400
    found = telling(clinic, Delivery(0, 1, 0, 0, "", 3, 6 * day))
    assert found.level == WARNING and "never told of 3 events" in found.title
    assert telling(clinic, Delivery(0, 1, 0, 0, "", 3, 8 * day)).level == OK


@pytest.mark.parametrize(
    ("url", "level"),
    [
        ("http://hooks.example.com/x", INFO),
        ("http://localhost:5678/x", OK),
        ("http://127.0.0.1/x", OK),
        ("http://[::1]/x", OK),
        ("https://hooks.example.com/x", OK),
    ],
)
def test_a_way_that_is_not_encrypted_is_mentioned(clinic: Clinic, url: str, level: str) -> None:
    assert telling(clinic, Delivery(0), url).level == level
