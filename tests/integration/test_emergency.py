"""What the emergency dry run says, compared with the caller ID that arrives at the trunk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hotdesk_module.adapters.astdb import AmiAstDb
from hotdesk_module.core.outbound import NO_ROUTE
from hotdesk_module.health.dry_run import Line, State, dry_run
from tests.integration.desking import Desking
from tests.support.rig.company import EMERGENCY_NUMBER
from tests.support.rig.outbound import CARRIER, EMERGENCY, OUTSIDE, OutPattern, OutRoute, OutTrunk
from tests.support.rig.phone import IncomingCall

pytestmark = pytest.mark.asterisk

# Insists on a caller ID of its own and fails, so that the next trunk finds what it has left.
BROKEN = OutTrunk(2, "Broken", '"Broken" <5550188>', keep="all", dead=True)
OFF = OutTrunk(3, "Off", '"Off" <5550189>', keep="all", disabled=True)
BARE = OutTrunk(4, "Bare")
# The first takes no call that anybody makes; the second has every kind of trunk and a CID of its own.
SEVERAL = (
    OutRoute(1, "Mountain rescue", (OutPattern("1X1"),), (BROKEN,), emergency=True),
    OutRoute(3, "Emergency", (OutPattern("[59]11"),), (OFF, BROKEN, BARE), emergency=True, cid='"House" <5550177>'),
    OUTSIDE,
)
ROUTES = {"one route": (EMERGENCY, OUTSIDE), "several routes": SEVERAL}
# A phone with an Emergency CID, and one without.
WITH, WITHOUT = "200", "202"
# 1001 has an outbound CID, 1002 has none.
FIRST, SECOND = "1001", "1002"


@pytest.fixture
def routed(desking: Desking) -> Iterator[Desking]:
    yield desking
    desking.rig.set_routes()


def reckoned(desking: Desking, phone: str) -> Line:
    ami = desking.rig.manager()
    try:
        run = dry_run(desking.ledger, desking.inventory, AmiAstDb(ami), [phone], [EMERGENCY_NUMBER])
    finally:
        ami.close()
    (line,) = run.lines
    return line


def dialled(desking: Desking, phone: str) -> IncomingCall:
    with desking.rig.calling(phone, EMERGENCY_NUMBER):
        return desking.rig.trunk.wait_ringing()


def agrees(desking: Desking, phone: str, state: State) -> None:
    """The trunk that takes calls is the last one."""
    said = state.way.attempts[-1].cid
    arrived = dialled(desking, phone)
    # A phone shows the number where there is no name.
    assert (arrived.name, arrived.number) == (said.name or said.number, said.number)


@pytest.mark.parametrize("routes", ROUTES)
@pytest.mark.parametrize("phone", [WITH, WITHOUT])
def test_the_dry_run_says_what_arrives_at_idle_occupied_and_taken_over_phones(
    routed: Desking, phone: str, routes: str
) -> None:
    if routes != "one route":
        routed.rig.set_routes(*ROUTES[routes])
    before = reckoned(routed, phone)
    agrees(routed, phone, before.idle)
    for user in (FIRST, SECOND):
        routed.service.login(phone, user)
        line = reckoned(routed, phone)
        (occupied,) = line.occupied
        assert (line.user, occupied.user, line.idle) == (user, user, before.idle)
        agrees(routed, phone, occupied)
        if phone == WITH:
            assert str(occupied.way.attempts[-1].cid) == '"Lobby" <5550911>'
    routed.service.logout(phone)
    agrees(routed, phone, before.idle)


def test_a_pattern_for_one_caller_looks_at_the_user_and_not_at_the_phone(routed: Desking) -> None:
    only = OutRoute(1, "Emergency", (OutPattern("911", caller="200"),), (CARRIER,), emergency=True)
    routed.rig.set_routes(only, OUTSIDE)
    agrees(routed, "200", reckoned(routed, "200").idle)
    routed.service.login("200", "1001")
    (occupied,) = reckoned(routed, "200").occupied
    assert occupied.way.missing == (NO_ROUTE,)
    with routed.rig.calling("200", EMERGENCY_NUMBER) as mark:
        # That is the second step of what stands behind all routes.
        played = routed.rig.wait_application("Playback", mark)
        assert played["AppData"] == "ss-noservice,noanswer" and not routed.rig.trunk.rang
