"""Checks of the feature codes."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module.core import codes
from hotdesk_module.health.finding import ERROR, INFO, OK, WARNING, Finding
from hotdesk_module.health.installation import Known

_WHERE = "Admin, Feature Codes"


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
    for code, (module, feature) in clashes:
        yield Finding(
            "codes",
            ERROR,
            f"{code} is the code of {module}/{feature}, too",
            f"One of the two cannot be dialled. Change one of them at {_WHERE}, then click Apply Config.",
        )
    off = [name for name, code in zip(("login", "logout"), ours) if not code]
    if off:
        yield Finding(
            "codes",
            WARNING,
            f"The {' and the '.join(off)} code {'is' if len(off) == 1 else 'are'} switched off",
            f"Only phones with codes of their own can be used. Switch it on at {_WHERE}.",
        )
    elif not clashes:
        yield Finding("codes", OK, f"Log in with {ours.login}, log out with {ours.logout}")
    same = sorted({c.code for c in cores} & set(ours))
    if same:
        what = "They do nothing in FreePBX's extension mode."
        if known.world.device_and_user:
            what = f"FreePBX's own logon cannot be dialled. Give one of the two other codes at {_WHERE}."
        yield Finding(
            "core_codes",
            WARNING if known.world.device_and_user else INFO,
            f"FreePBX's own user logon has {' and '.join(same)}, too",
            f"Ours come first. {what}",
        )
