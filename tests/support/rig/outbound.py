"""Outbound routes and trunks: FreePBX's tables of them, and the dialplan that core makes from these tables.

Core's rules in our own words; lines are those of core 17.0.18.45's functions.inc.php, 16.0.68.4 has the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.support.rig.company import EMERGENCY_NUMBER, TRUNK_CID

if TYPE_CHECKING:
    from pymysql.cursors import Cursor

FILE = "extensions_outbound.conf"
# A Local channel runs these for ever otherwise; nobody hears them.
_SECONDS = 30


@dataclass(frozen=True)
class OutTrunk:
    """A row of ``trunks``.

    Attributes:
        dead: there is no such endpoint, so that Asterisk fails at once and the next trunk is tried.
    """

    number: int
    name: str
    cid: str = ""
    keep: str = "off"
    disabled: bool = False
    dead: bool = False


@dataclass(frozen=True)
class OutPattern:
    """A row of ``outbound_route_patterns``."""

    passed: str
    prefix: str = ""
    caller: str = ""
    prepend: str = ""

    @property
    def base(self) -> str:
        """The extension without the caller (core_routing_formatpattern)."""
        number = f"{self.prefix}{self.passed}"
        return number if set(number) <= set("0123456789*+") else f"_{number}"

    @property
    def extension(self) -> str:
        if not self.caller:
            return self.base
        literal = set(self.caller) <= set("0123456789*+")
        return f"{self.base}/{self.caller if literal else f'_{self.caller}'}"


@dataclass(frozen=True)
class OutRoute:
    """A row of ``outbound_routes``, with its patterns and trunks."""

    number: int
    name: str
    patterns: tuple[OutPattern, ...]
    trunks: tuple[OutTrunk, ...]
    emergency: bool = False
    internal: bool = False
    cid: str = ""
    cid_overrides: bool = False


CARRIER = OutTrunk(1, "Carrier", TRUNK_CID)
EMERGENCY = OutRoute(1, "Emergency", (OutPattern(EMERGENCY_NUMBER),), (CARRIER,), emergency=True)
OUTSIDE = OutRoute(2, "Outside", (OutPattern("NXXXXXX"),), (CARRIER,))
ROUTES = (EMERGENCY, OUTSIDE)


def fill(cursor: Cursor, routes: Sequence[OutRoute] = ROUTES) -> None:
    """Write the tables anew; routes in the order in which they are asked."""
    tables = ("outbound_routes", "outbound_route_sequence", "outbound_route_patterns", "outbound_route_trunks")
    for table in (*tables, "trunks"):
        cursor.execute(f"DELETE FROM {table}")
    for trunk in _trunks(routes):
        cursor.execute(
            "INSERT INTO trunks (trunkid, name, tech, outcid, keepcid, channelid, disabled)"
            " VALUES (%s, %s, 'pjsip', %s, %s, %s, %s)",
            (trunk.number, trunk.name, trunk.cid, trunk.keep, _channel(trunk), "on" if trunk.disabled else "off"),
        )
    for place, route in enumerate(routes):
        cursor.execute(
            "INSERT INTO outbound_routes"
            " (route_id, name, password, emergency_route, intracompany_route, outcid, outcid_mode)"
            " VALUES (%s, %s, '', %s, %s, %s, %s)",
            (
                route.number,
                route.name,
                "YES" if route.emergency else "",
                "YES" if route.internal else "",
                route.cid,
                "override_extension" if route.cid_overrides else "",
            ),
        )
        cursor.execute("INSERT INTO outbound_route_sequence VALUES (%s, %s)", (route.number, place))
        for seq, trunk in enumerate(route.trunks):
            cursor.execute("INSERT INTO outbound_route_trunks VALUES (%s, %s, %s)", (route.number, trunk.number, seq))
        for p in route.patterns:
            cursor.execute(
                "INSERT INTO outbound_route_patterns VALUES (%s, %s, %s, %s, %s)",
                (route.number, p.prefix, p.passed, p.caller, p.prepend),
            )


def dialplan(routes: Sequence[OutRoute] = ROUTES) -> str:
    """The globals of the trunks (2071-2086), a context for each route (2179-2305), and all of them in their order."""
    lines = ["[globals](+)"]
    for trunk in _trunks(routes):
        values = {
            "OUT": "PJSIP",
            "OUTCID": trunk.cid,
            "OUTDISABLE": "on" if trunk.disabled else "off",
            "OUTKEEPCID": trunk.keep,
            "FORCEDOUTCID": trunk.cid if trunk.keep == "all" else "",
        }
        lines += [f"{name}_{trunk.number}={value}" for name, value in values.items()]
        lines.append(f"OUT_{trunk.number}_SUFFIX=@{_channel(trunk)}")
    lines += ["[outbound-allroutes]", *(f"include => outrt-{route.number}" for route in routes)]
    for route in routes:
        lines += _context(route)
    return "\n".join(lines) + "\n"


def _context(route: OutRoute) -> list[str]:
    lines, begun = [f"[outrt-{route.number}]"], set()
    for p in route.patterns:
        identify = "Gosub(macro-user-callerid,s,1(LIMIT,EXTERNAL))"
        # Patterns for some callers have the first step, and no other, for everybody (2224-2229).
        if p.base not in begun:
            lines.append(f"exten => {p.base},1,{identify}")
            begun.add(p.base)
        if p.extension != p.base:
            lines.append(f"exten => {p.extension},1,{identify}")
        steps = []
        if route.emergency:
            steps.append("Set(EMERGENCYROUTE=YES)")
        if route.internal:
            steps.append("Set(INTRACOMPANYROUTE=YES)")
        if route.cid:
            own = "" if route.cid_overrides else " & ${LEN(${DB(AMPUSER/${AMPUSER}/outboundcid)})}=0"
            guard = f'$["${{KEEPCID}}"!="TRUE"{own} & ${{LEN(${{TRUNKCIDOVERRIDE}})}}=0]'
            steps.append(f"ExecIf({guard}?Set(TRUNKCIDOVERRIDE={route.cid}))")
        steps += ["Set(_CALLERIDNUMINTERNAL=${CALLERID(num)})", "Set(_NODEST=)"]
        number = f"{p.prepend}${{EXTEN{f':{len(p.prefix)}' if p.prefix else ''}}}"
        steps += [f"Gosub(macro-dialout-trunk,s,1({trunk.number},{number},))" for trunk in route.trunks]
        steps.append(f"Congestion({_SECONDS})")
        lines += [f"exten => {p.extension},{place},{step}" for place, step in enumerate(steps, 2)]
    return lines


def _trunks(routes: Sequence[OutRoute]) -> list[OutTrunk]:
    return list({trunk.number: trunk for route in routes for trunk in route.trunks}.values())


def _channel(trunk: OutTrunk) -> str:
    return "nowhere" if trunk.dead else "trunk"
