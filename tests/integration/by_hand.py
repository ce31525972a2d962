"""The projection of the design, device routing, written by hand: what a login must bring about, without the product."""

from __future__ import annotations

from tests.support.rig import Rig
from tests.support.rig.company import hint


def sit(rig: Rig, user: str, phone: str) -> None:
    """User at phone; no reload."""
    put, delete = rig.asterisk.db_put, rig.asterisk.db_del
    users_hint = hint([f"PJSIP/{phone}"], user)
    delete(f"AMPUSER/{phone}/device")
    put(f"DEVICE/{phone}/user", user)
    put(f"AMPUSER/{user}/device", phone)
    put(f"AMPUSER/{user}/hint", users_hint)
    rig.set_hint(user, users_hint)
    rig.asterisk.cli(f"devstate change Custom:HDSK{phone} INUSE")


def leave(rig: Rig, user: str, phone: str) -> None:
    """Back to what FreePBX's own tables give."""
    keys = rig.company.astdb()
    for key in (f"DEVICE/{phone}/user", f"AMPUSER/{user}/device", f"AMPUSER/{user}/hint", f"AMPUSER/{phone}/device"):
        rig.asterisk.db_put(key, keys[key])
    rig.set_hint(user, keys[f"AMPUSER/{user}/hint"])
    rig.asterisk.cli(f"devstate change Custom:HDSK{phone} NOT_INUSE")
