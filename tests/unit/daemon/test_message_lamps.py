"""Message lamps while people sit at phones: when the daemon tells which phone."""

from __future__ import annotations

import pytest

from hotdesk_module.adapters.ami import Message
from hotdesk_module.core.messages import Counts
from hotdesk_module.core.model import Session
from hotdesk_module.daemon.message_lamps import AFTER, AFTER_RELOAD, AGAIN, EVERY, PACE, Keeping
from hotdesk_module.errors import AsteriskDown, LedgerDown
from tests.support.office import Office


class Watch(Office):
    """The office with a daemon that watches over lamps, and a clock. 1001 sits at 200, 1003 at 201."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 1000.0
        self.switchboard.all_mailboxes = {f"PJSIP/{p}": (f"{p}@default",) for p in self.pool}
        self.keeping = Keeping(lambda: self.seconds, self.clock)
        self.desk.login("200", "1001")
        self.desk.login("201", "1003")
        self.keeping.connected()
        self.tell(AFTER[-1] + 1)

    def hear(self, event: str, **headers: str) -> None:
        self.keeping.heard([Message((("Event", event), *headers.items()))])

    def tell(self, seconds: float = 0.0) -> list[str]:
        """Let time pass, tell who is to be told now, and return who was."""
        self.seconds += seconds
        self.switchboard.told_of.clear()
        while not self.keeping.next():
            self.keeping.work(self.ledger, self.inventory, self.switchboard)
        return [dial.partition("/")[2] for dial, _ in self.switchboard.told_of]


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_where_nothing_happens_nobody_is_told_for_a_while_and_then_everybody(watch: Watch) -> None:
    assert watch.tell() == []
    assert EVERY - 10 < watch.keeping.next() <= EVERY
    assert watch.tell(EVERY) == ["200", "201"]


@pytest.mark.parametrize(
    ("event", "headers", "told"),
    [
        # The mailbox of somebody who sits there, and the phone's own, of which Asterisk has told it.
        ("MessageWaiting", {"Mailbox": "1001@default", "New": "1"}, ["200"]),
        ("MessageWaiting", {"Mailbox": "200@default", "New": "1"}, ["200"]),
        ("MessageWaiting", {"Mailbox": "200@device", "New": "1"}, ["200"]),
        ("MessageWaiting", {"Mailbox": "1002@default", "New": "1"}, []),
        # Nobody sits there: Asterisk's own word is right.
        ("MessageWaiting", {"Mailbox": "202@default", "New": "1"}, []),
        ("ContactStatus", {"EndpointName": "200", "ContactStatus": "Reachable"}, ["200"]),
        ("ContactStatus", {"EndpointName": "200", "ContactStatus": "NonQualified"}, ["200"]),
        ("ContactStatus", {"EndpointName": "202", "ContactStatus": "Reachable"}, []),
        ("ContactStatus", {"EndpointName": "200", "ContactStatus": "Removed"}, []),
        ("ContactStatus", {"EndpointName": "200", "ContactStatus": "Unreachable"}, []),
        ("PeerStatus", {"ChannelType": "SIP", "Peer": "SIP/201", "PeerStatus": "Registered"}, ["201"]),
        ("PeerStatus", {"ChannelType": "SIP", "Peer": "SIP/201", "PeerStatus": "Unreachable"}, []),
        ("Hangup", {"Channel": "PJSIP/200-0000001a"}, []),
    ],
)
def test_after_an_event_the_phone_is_told_twice_for_ours_is_the_last_word(
    watch: Watch, event: str, headers: dict[str, str], told: list[str]
) -> None:
    watch.hear(event, **headers)
    assert watch.tell() == []
    assert watch.tell(AFTER[0] + 0.01) == told
    assert watch.tell(AFTER[1]) == told
    assert watch.tell(AFTER[1]) == []


@pytest.mark.parametrize("event", ["FullyBooted", "Reload"])
def test_after_a_reload_and_a_start_everybody_is_told(watch: Watch, event: str) -> None:
    watch.hear(event)
    assert [watch.tell(seconds) for seconds in AFTER_RELOAD] == [["200", "201"]] * 3


def test_a_mailbox_of_another_number_is_a_phones_own_as_well(watch: Watch) -> None:
    watch.switchboard.all_mailboxes["PJSIP/201"] = ("500@sales", "201@default")
    watch.hear("Reload")
    watch.tell(AFTER_RELOAD[-1] + 1)
    watch.hear("MessageWaiting", Mailbox="500@sales")
    assert watch.tell(1) == ["201"]


def test_a_phone_that_renewed_its_registration_without_a_word_is_told(watch: Watch) -> None:
    watch.keeping.renewed(["PJSIP/201", "PJSIP/202"])
    assert watch.tell(1) == ["201"]


def test_a_phone_that_somebody_left_is_told_once_more_for_its_process_may_have_died(watch: Watch) -> None:
    watch.clock.advance(100)
    watch.desk.logout("200")
    watch.clock.advance(100)
    assert watch.tell(EVERY) == ["200", "201"]
    assert watch.switchboard.shown["PJSIP/200"] == Counts()
    watch.clock.advance(1000)
    watch.tell(EVERY)
    assert watch.tell(EVERY) == ["201"]


def test_very_many_phones_are_told_in_turns() -> None:
    office = Office([str(n) for n in range(5000, 5010 + 2 * PACE)], ())
    for phone in office.pool:
        office.ledger.change((), Session(phone, f"9{phone}", 1), ())
    keeping = Keeping(office.clock, office.clock)
    keeping.connected()
    office.clock.advance(1)
    turns = []
    while not keeping.next():
        office.switchboard.told_of.clear()
        keeping.work(office.ledger, office.inventory, office.switchboard)
        turns.append(len(office.switchboard.told_of))
    assert turns == [PACE, PACE, 10]


@pytest.mark.parametrize("error", [AsteriskDown("gone"), LedgerDown("gone")])
def test_what_fails_is_done_for_everybody_a_little_later(
    watch: Watch, error: AsteriskDown, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(watch.switchboard, "show_messages", fail)
        watch.hear("MessageWaiting", Mailbox="1001@default")
        with pytest.raises(type(error)):
            watch.tell(1)
    assert 0 < watch.keeping.next() <= AGAIN
    assert watch.tell(AGAIN) == ["200", "201"]


def test_while_asterisk_is_away_there_is_nothing_to_do(watch: Watch) -> None:
    watch.hear("MessageWaiting", Mailbox="1001@default")
    watch.keeping.away()
    assert watch.keeping.next() > EVERY
    watch.keeping.connected()
    assert watch.tell(1) == ["200", "201"]
