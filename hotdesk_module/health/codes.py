"""Checks of the feature codes."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module.core import codes
from hotdesk_module.health.finding import ERROR, INFO, OK, WARNING, Finding
from hotdesk_module.health.installation import Known
from hotdesk_module.health.said import Said, say

_OFF = {
    ("login",): say("The login code is switched off"),
    ("logout",): say("The logout code is switched off"),
    ("login", "logout"): say("The login and the logout code are switched off"),
}


def check(known: Known) -> Iterator[Finding]:
    """Look at our codes, and at who else has them."""
    ours = codes.in_force(known.features)
    taken = codes.others(known.features)
    cores = codes.cores(known.features)
    clashes = [
        (code, taken[code])
        for code in ours
        if code in taken and taken[code] not in {(c.module, c.feature) for c in cores}
    ]
    clashes += [(getattr(ours, one), (codes.OURS, other)) for one, other in codes.twice(ours)]
    for code, (module, feature) in clashes:
        yield Finding(
            "codes",
            ERROR,
            say("%(code)s is the code of %(module)s/%(feature)s, too", code=code, module=module, feature=feature),
            (say("One of the two cannot be dialled."),),
            (say("Change one of them at Admin, Feature Codes, then click Apply Config."),),
        )
    # Who has no use for the others switches them off.
    off = tuple(name for name, code in zip(("login", "logout"), ours) if not code)
    if off:
        yield Finding(
            "codes",
            WARNING,
            _OFF[off],
            (say("Only phones with codes of their own can be used."),),
            (say("Switch it on at Admin, Feature Codes, then click Apply Config."),),
        )
    elif not clashes:
        yield Finding(
            "codes", OK, say("Log in with %(login)s, log out with %(logout)s", login=ours.login, logout=ours.logout)
        )
    same = sorted({c.code for c in cores} & set(ours))
    if same:
        both = known.world.device_and_user
        yield Finding(
            "core_codes",
            WARNING if both else INFO,
            say("FreePBX's own user logon has %(codes)s, too", codes=_and(same)),
            (
                say("Ours come first."),
                say("FreePBX's own logon cannot be dialled.")
                if both
                else say("FreePBX's do nothing in its extension mode."),
            ),
            (
                say("Give one of the two other codes at Admin, Feature Codes, then click Apply Config.")
                if both
                else say("Nothing is to be done; who likes order disables FreePBX's at Admin, Feature Codes."),
            ),
        )


def _and(codes_: list[str]) -> str | Said:
    return say("%(first)s and %(second)s", first=codes_[0], second=codes_[1]) if len(codes_) > 1 else codes_[0]
