"""What counts as a call at a phone, from what Asterisk tells."""

from __future__ import annotations

import pytest

from hotdesk_module.adapters.ami import Message
from hotdesk_module.daemon.activity import BLIND, Activity


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def event(name: str, channel: str = "PJSIP/200-0000001a", state: str = "Ring", number: str = "1.1") -> Message:
    return Message((("Event", name), ("Channel", channel), ("ChannelStateDesc", state), ("Uniqueid", number)))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def activity(clock: Clock) -> Activity:
    activity = Activity(clock, 0.0)
    activity.watch(up=True)
    return activity


def test_a_call_that_a_phone_makes_lasts_from_dialling_to_hanging_up(activity: Activity, clock: Clock) -> None:
    activity.heard([event("Newchannel")])
    assert activity.busy == {"PJSIP/200"}
    clock.now += 600
    assert activity.last() == {"PJSIP/200": clock.now}
    assert activity.heard([event("Hangup", state="Up")]) == {"PJSIP/200"}
    ended = clock.now
    clock.now += 600
    assert activity.busy == frozenset()
    assert activity.last() == {"PJSIP/200": ended}


def test_a_phone_that_rings_and_is_not_answered_did_nothing(activity: Activity) -> None:
    ringing = [event("Newchannel", state="Down"), event("Newstate", state="Ringing"), event("Hangup", state="Ringing")]
    assert activity.heard(ringing) == frozenset()
    assert activity.last() == {}


def test_a_call_that_is_answered_counts_from_the_answer(activity: Activity, clock: Clock) -> None:
    activity.heard([event("Newchannel", state="Down"), event("Newstate", state="Ringing")])
    assert activity.busy == frozenset()
    activity.heard([event("Newstate", state="Up")])
    assert activity.busy == {"PJSIP/200"} and activity.last() == {"PJSIP/200": clock.now}


@pytest.mark.parametrize(
    ("channel", "device"),
    [
        ("PJSIP/200-0000001a", "PJSIP/200"),
        ("SIP/200-0000001a", "SIP/200"),
        ("PJSIP/lobby-left-0000001a", "PJSIP/lobby-left"),
        ("Local/200@from-internal-0000001a;1", None),
        ("Local/PJSIP/200-0000001a;1", None),
        ("IAX2/200-77", None),
        ("Surrogate/PJSIP/200-0000001a", None),
        ("", None),
    ],
)
def test_a_channel_is_its_devices_by_name(activity: Activity, channel: str, device: str | None) -> None:
    activity.heard([event("Newchannel", channel)])
    assert activity.busy == ({device} if device else set())


def test_of_two_calls_at_a_phone_the_end_of_the_last_one_is_the_end(activity: Activity) -> None:
    activity.heard([event("Newchannel", number="1"), event("Newchannel", number="2")])
    assert activity.heard([event("Hangup", number="1")]) == frozenset()
    assert activity.busy == {"PJSIP/200"}
    assert activity.heard([event("Hangup", number="2")]) == {"PJSIP/200"}


def test_what_asterisk_answers_stands_instead_of_what_was_heard(activity: Activity, clock: Clock) -> None:
    activity.heard([event("Newchannel", "PJSIP/200-1", number="1")])
    clock.now += 60
    activity.calls({"2": "PJSIP/201"})
    assert activity.busy == {"PJSIP/201"}
    # Nobody knows when the one has ended, so now.
    assert activity.last() == {"PJSIP/200": clock.now, "PJSIP/201": clock.now}


def test_what_was_written_down_is_forgotten_unless_there_was_more_since(activity: Activity, clock: Clock) -> None:
    activity.heard([event("Newchannel", "PJSIP/200-1", number="1"), event("Hangup", number="1")])
    activity.heard([event("Newchannel", "PJSIP/201-1", number="2"), event("Hangup", number="2")])
    written = activity.last()
    clock.now += 5
    activity.heard([event("Newchannel", "PJSIP/201-2", number="3"), event("Hangup", number="3")])
    activity.forget(written)
    assert activity.last() == {"PJSIP/201": clock.now}


def test_a_call_ends_for_us_when_asterisk_is_gone(activity: Activity, clock: Clock) -> None:
    activity.heard([event("Newchannel")])
    lost = clock.now
    activity.watch(up=False)
    clock.now += 60
    activity.watch(up=False)
    assert activity.busy == frozenset() and activity.last() == {"PJSIP/200": lost}


@pytest.mark.parametrize(("away", "blind"), [(BLIND - 10, False), (BLIND + 10, True)])
def test_who_was_away_for_long_has_not_seen_everything(
    activity: Activity, clock: Clock, away: float, blind: bool
) -> None:
    activity.watch(up=False)
    clock.now += away
    activity.watch(up=True)
    assert activity.blind is blind
    clock.now += 10
    activity.watch(up=True)
    assert activity.blind is blind


@pytest.mark.parametrize(("unwatched", "blind"), [(BLIND - 10, False), (BLIND + 10, True), (float("inf"), True)])
def test_so_has_a_daemon_that_begins_after_a_pause(clock: Clock, unwatched: float, blind: bool) -> None:
    activity = Activity(clock, unwatched)
    activity.watch(up=True)
    assert activity.blind is blind
