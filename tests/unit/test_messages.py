"""Message lamps after logins and logouts: those of whoever sits there, else the phone's own."""

from __future__ import annotations

from typing import Any

import pytest

from hotdesk_module.core.machine import Ending
from hotdesk_module.core.messages import Counts
from hotdesk_module.core.model import Session
from hotdesk_module.errors import AsteriskDown, HotdeskError, LedgerDown, NotLoggedIn
from hotdesk_module.messages import MessageLamps
from tests.support.fakes import Crash
from tests.support.office import Office

OF_200, OF_1001, OF_1003 = Counts(0, 1), Counts(2, 3), Counts(1, 0)


class Lobby(Office):
    """The office, with messages in mailboxes."""

    def __init__(self) -> None:
        super().__init__()
        self.switchboard.all_messages = {"200@default": OF_200, "1001@default": OF_1001, "1003@default": OF_1003}
        self.switchboard.all_mailboxes = {f"PJSIP/{p}": (f"{p}@default",) for p in self.pool}

    @property
    def shown(self) -> dict[str, Counts]:
        """What the lamps show, by phone."""
        return {dial.partition("/")[2]: counts for dial, counts in self.switchboard.shown.items()}

    def told(self) -> list[str]:
        """Return which phones were told since this was asked last, in order."""
        told = [dial.partition("/")[2] for dial, _ in self.switchboard.told_of]
        self.switchboard.told_of.clear()
        return told


@pytest.fixture
def office() -> Lobby:
    return Lobby()


def test_a_phone_shows_the_messages_of_whoever_sits_there_and_then_its_own(office: Lobby) -> None:
    office.desk.login("200", "1001")
    assert office.shown == {"200": OF_1001}
    office.desk.logout("200")
    assert office.shown == {"200": OF_200}


def test_a_move_tells_both_phones_and_a_take_over_the_one(office: Lobby) -> None:
    office.desk.login("200", "1001")
    office.told()
    office.desk.login("201", "1001")
    assert sorted(office.told()) == ["200", "201"]
    assert office.shown == {"200": OF_200, "201": OF_1001}
    office.desk.login("201", "1003")
    assert office.told() == ["201"] and office.shown["201"] == OF_1003


def test_several_phones_of_a_user_all_show_the_messages(office: Lobby) -> None:
    office.ledger.save_settings({"several_phones": "allow"})
    office.desk.login("200", "1001")
    office.desk.login("201", "1001")
    assert office.shown == {"200": OF_1001, "201": OF_1001}


def test_a_lent_desk_shows_the_messages_of_the_guest_and_then_the_owners(office: Lobby) -> None:
    office.switchboard.all_messages["300@default"] = Counts(7, 7)
    office.desk.login("300", "1001")
    assert office.shown["300"] == OF_1001
    office.desk.login("300", "300")
    assert office.shown["300"] == Counts(7, 7)


def test_at_a_user_without_a_mailbox_the_lamp_is_off(office: Lobby) -> None:
    office.inventory.all_users = [u._replace(mailbox="") for u in office.inventory.all_users]
    office.desk.login("200", "1001")
    assert office.shown == {"200": Counts(0, 0)}


def test_a_phone_with_other_mailboxes_than_its_number_gets_those_back(office: Lobby) -> None:
    office.switchboard.all_mailboxes["PJSIP/200"] = ("1003@default", "200@device")
    office.desk.login("200", "1001")
    office.desk.logout("200")
    assert office.shown["200"] == Counts(OF_1003.new + OF_200.new, OF_1003.old + OF_200.old)


def test_a_login_where_one_sits_already_tells_nobody(office: Lobby) -> None:
    office.desk.login("200", "1001")
    office.told()
    office.desk.login("200", "1001")
    with pytest.raises(NotLoggedIn):
        office.desk.logout("201")
    assert office.told() == []


def test_many_logouts_tell_every_phone_once(office: Lobby) -> None:
    for phone, user in (("200", "1001"), ("201", "1003"), ("202", "1004")):
        office.desk.login(phone, user)
    office.told()
    office.desk.logout_all()
    assert sorted(office.told()) == ["200", "201", "202"]
    assert office.shown["200"] == OF_200


def test_what_a_timer_ends_is_told_as_well(office: Lobby) -> None:
    office.desk.login("200", "1001")
    office.desk.end([Ending(office.ledger.sessions()[0], "idle")])
    assert office.shown["200"] == OF_200


def test_what_a_dead_process_left_undone_a_repair_tells(office: Lobby) -> None:
    office.writes.fail(2)
    with pytest.raises(Crash):
        office.desk.login("200", "1001")
    office.writes.never_fail()
    # The process is gone, and what it meant to do with it.
    office.desk.changed.clear()
    assert office.shown == {} and office.ledger.unapplied()
    office.desk.reconcile()
    assert office.shown == {"200": OF_1001}


def test_and_so_does_a_logout_that_is_refused_after_it_has_put_things_right(office: Lobby) -> None:
    office.desk.login("200", "1001")
    office.writes.fail(2)
    with pytest.raises(Crash):
        office.desk.logout("200")
    office.writes.never_fail()
    office.desk.changed.clear()
    with pytest.raises(NotLoggedIn):
        office.desk.logout("200")
    assert office.shown == {"200": OF_200}


def test_a_repair_that_logs_somebody_out_tells_the_phone(office: Lobby) -> None:
    office.desk.login("200", "1001")
    office.delete_extension("1001")
    office.desk.reconcile()
    assert office.shown == {"200": OF_200}


@pytest.mark.parametrize("error", [AsteriskDown("gone"), LedgerDown("gone")])
@pytest.mark.parametrize("method", ["messages", "mailboxes", "show_messages"])
def test_no_login_and_no_logout_fails_because_of_a_lamp(office: Lobby, error: HotdeskError, method: str) -> None:
    def fail(*_: Any) -> None:
        raise error

    setattr(office.switchboard, method, fail)
    assert office.desk.login("200", "1001").applied
    assert office.desk.logout("200").applied
    assert not office.ledger.unapplied()


def test_the_lock_is_not_held_meanwhile(office: Lobby, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[bool] = []

    def messages(mailbox: str) -> Counts:
        held.append(office.ledger.locked)
        return Counts()

    monkeypatch.setattr(office.switchboard, "messages", messages)
    office.desk.login("200", "1001")
    office.desk.logout("200")
    assert held == [False, False]


def test_in_a_call_lamps_are_left_to_whoever_speaks(office: Lobby) -> None:
    office.desk.in_a_call = True
    office.desk.login("200", "1001")
    assert office.told() == []
    office.desk.show_messages()
    office.desk.show_messages()
    assert office.told() == ["200"]


def test_who_is_overtaken_by_another_process_says_the_last_word_again(
    office: Lobby, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = office.switchboard.show_messages

    def show_messages(dial: str, counts: Counts) -> None:
        if not office.switchboard.told_of:
            office.ledger.change(office.ledger.sessions(), Session("200", "1003", 5), ())
        show(dial, counts)

    monkeypatch.setattr(office.switchboard, "show_messages", show_messages)
    office.desk.login("200", "1001")
    assert office.told() == ["200", "200"]
    assert office.shown == {"200": OF_1003}


def test_a_phone_that_freepbx_no_longer_has_is_told_nothing(office: Lobby) -> None:
    MessageLamps(office.ledger, office.inventory, office.switchboard).show(["4711"])
    assert office.told() == []


def test_a_mailbox_is_counted_once_for_many_phones(office: Lobby, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []

    def messages(mailbox: str) -> Counts:
        counted.append(mailbox)
        return Counts()

    monkeypatch.setattr(office.switchboard, "messages", messages)
    for slot, phone in enumerate(("200", "201", "202")):
        office.ledger.change((), Session(phone, "1001", 1, slot=slot), ())
    MessageLamps(office.ledger, office.inventory, office.switchboard).show(["200", "201", "202"])
    assert counted == ["1001@default"] and len(office.told()) == 3
