"""The emergency dry run for programs."""

from __future__ import annotations

from typing import Any

from hotdesk_module.health.dry_run import DryRun, Line, State, depends

Data = dict[str, Any]


def data(run: DryRun) -> Data:
    """Return everything."""
    return {
        "numbers": [{"number": number, "pattern": pattern or None} for number, pattern in run.numbers.items()],
        "right": run.right,
        "calls": [line(one) for one in run.lines],
    }


def line(one: Line) -> Data:
    """Return a number dialled at a phone."""
    return {
        "phone": one.phone.device,
        "label": one.phone.label,
        "location": one.phone.location,
        "emergency_cid": one.emergency_cid or None,
        "user": one.user or None,
        "number": one.number,
        "right": one.right,
        "missing": list(one.missing),
        "idle": _state(one.idle),
        "occupied": [_state(state) for state in one.occupied],
    }


def _state(state: State) -> Data:
    """Return a state. A user of null is whoever logs in, and so is the caller ID where it is theirs."""
    route = state.way.route
    return {
        "user": state.user or None,
        "name": state.name or None,
        "own_cid": state.own_cid,
        "route": {"id": route.id, "name": route.name, "emergency": route.emergency} if route else None,
        "attempts": [
            {
                "trunk": a.trunk.name,
                "name": a.cid.name if state.user or not depends(a) else None,
                "number": a.cid.number if state.user or not depends(a) else None,
                "from": a.origin,
                "withheld": a.withheld,
            }
            for a in state.way.attempts
        ],
        "missing": list(state.way.missing),
    }
