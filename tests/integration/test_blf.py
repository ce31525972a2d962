"""Whoever watches a person sees the phone where the person sits: a real subscription, real calls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hotdesk_module.service import HotDesk
from tests.integration import promises
from tests.integration.desking import Desking
from tests.integration.promises import CALLER
from tests.support.rig.watcher import OFF, ON, Watcher

pytestmark = [pytest.mark.asterisk, pytest.mark.mariadb]

SECOND = 1.0


@pytest.fixture
def watcher(desking: Desking) -> Iterator[Watcher]:
    made = Watcher(desking.rig.namespace, CALLER)
    yield made
    made.close()


def calls_show(desking: Desking, watcher: Watcher, user: str, phone: str, *lamps: str) -> None:
    """Call a user, answer at a phone, hang up there; the lamps of both, or others, follow within a second."""
    lamps = lamps or (user, phone)
    for lamp in lamps:
        watcher.wait_shows(lamp, OFF)
    with desking.rig.calling(CALLER, user):
        desking.rig.phones[phone].wait_ringing()
        begun = watcher.mark()
        desking.rig.phones[phone].answer()
        answered = watcher.mark()
        for lamp in lamps:
            assert watcher.wait_told(lamp, ON, begun) < answered + SECOND, lamp
        begun = watcher.mark()
        desking.rig.phones[phone].hangup()
        ended = watcher.mark()
        for lamp in lamps:
            assert watcher.wait_told(lamp, OFF, begun) < ended + SECOND, lamp


def keeps_presence(service: HotDesk, *users: str) -> None:
    hints = service.switchboard.hints(users)
    assert all((hints[user] or "").endswith(f",CustomPresence:{user}") for user in users), hints


def test_the_lamps_of_a_person_and_of_the_phone_follow_calls_after_login_move_and_take_over(
    desking: Desking, watcher: Watcher
) -> None:
    watcher.watch("1001", "1003", "200", "201")
    service = desking.service
    service.login("200", "1001")
    calls_show(desking, watcher, "1001", "200")
    service.login("201", "1001")
    calls_show(desking, watcher, "1001", "201")
    service.login("201", "1003")
    calls_show(desking, watcher, "1003", "201")
    keeps_presence(service, "1001", "1003", "200", "201")
    service.logout("201")
    assert watcher.shows("1001") == watcher.shows("1003") == OFF


def test_the_lamps_follow_calls_after_a_reload_and_a_restart_and_queues_and_groups_ring_the_desk(
    desking: Desking, watcher: Watcher
) -> None:
    rig = desking.rig
    watcher.watch("1001", "200")
    desking.service.login("200", "1001")
    rig.freepbx_reload()
    rig.asterisk.cli("core reload")
    calls_show(desking, watcher, "1001", "200", "1001")
    # The daemon does so after a reload, which takes phone 200 out of its own hint (V).
    desking.service.reconcile()
    calls_show(desking, watcher, "1001", "200")
    rig.asterisk.restart()
    rig.qualify()
    # The daemon does so when Asterisk is up again.
    desking.service.reconcile()
    calls_show(desking, watcher, "1001", "200")
    keeps_presence(desking.service, "1001", "200")
    for promise in (promises.queue, promises.ring_group_ignoring_call_forward):
        promise(rig, "1001", "200")
