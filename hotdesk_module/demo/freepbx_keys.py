"""The AstDB keys and hints that FreePBX itself makes for the demo company."""

from __future__ import annotations

from hotdesk_module.demo import cast
from hotdesk_module.demo.astdb import AstDb

# What saving an extension writes with nothing changed on its page (F§5).
_USER_DEFAULTS = {
    "accountcode": "",
    "answermode": "disabled",
    "cfringtimer": "0",
    "concurrency_limit": "3",
    "cwtone": "disabled",
    "dialopts": "",
    "intercom": "enabled",
    "noanswer": "",
    "password": "",
    "recording": "",
    "recording/in/external": "dontcare",
    "recording/in/internal": "dontcare",
    "recording/ondemand": "disabled",
    "recording/out/external": "dontcare",
    "recording/out/internal": "dontcare",
    "recording/priority": "10",
    "ringtimer": "0",
    "rvolume": "",
    "voicemail": "default",
}


def is_seeded(db: AstDb) -> bool:
    return bool(db.value("AMPUSER/1001/cidname"))


def seed(db: AstDb) -> None:
    """Write what FreePBX would have written when these extensions were made and the config applied."""
    for extension, name in cast.users().items():
        outbound = next((p.outbound_cid for p in cast.EVERYBODY if p.extension == extension), "")
        own = {"cidname": name, "cidnum": extension, "outboundcid": outbound, "device": extension}
        for key, value in {**_USER_DEFAULTS, **own, "hint": hint_of(extension)}.items():
            db.put("AMPUSER", f"{extension}/{key}", value)
        db.put("CW", extension, "ENABLED")
    for desk in cast.EVERY_DESK:
        _device(db, desk.number, f"PJSIP/{desk.number}", "pjsip")
        db.put("DEVICE", f"{desk.number}/emergency_cid", desk.emergency_cid)
    for person in cast.EVERYBODY:
        # Quick Create always sets it: the own phone opens the own mailbox with no PIN (V).
        db.put("AMPUSER", f"{person.extension}/novmpw", "yes")
        if person.virtual:
            _device(db, person.extension, f"/{person.extension}", "virtual")


def _device(db: AstDb, number: str, dial: str, tech: str) -> None:
    # A virtual extension has these keys too, but no row in the SQL table `devices` (V).
    for key, value in (("dial", dial), ("tech", tech), ("user", number), ("type", "fixed"), ("default_user", number)):
        db.put("DEVICE", f"{number}/{key}", value)


def hint_of(extension: str) -> str:
    """Return the hint a reload generates while the device list is FreePBX's own (F§7, V)."""
    device = f"PJSIP/{extension}" if any(desk.number == extension for desk in cast.EVERY_DESK) else ""
    return f"{device}&Custom:DND{extension},CustomPresence:{extension}"
