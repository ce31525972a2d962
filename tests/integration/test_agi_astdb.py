"""What a call reads of Asterisk's database, many keys in one line, is what is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.desking import Desking
from tests.support.rig import shell

pytestmark = pytest.mark.asterisk

READER = Path(__file__).with_name("agi_reader.py")
WANTED: dict[str, str | None] = {
    "HDSKT/plain": "1001",
    "HDSKT/empty": "",
    "HDSKT/absent": None,
    "HDSKT/devices": "PJSIP/200&Custom:DND1001,CustomPresence:1001",
    "HDSKT/200/user": 'a,b: c=d; "q" \\ (x) ${EXTEN} $[1+1]',
    "HDSKT/blanks": "two  words",
    "HDSKT/letters": "ünï – 🙂",
    "HDSKT/long": "x" * 250,
    "HDSKT/parted": "1\x1f0",
    **{f"HDSKT/absent/{number}": None for number in range(40)},
    **{f"HDSKT/many/{number}": str(number) for number in range(40)},
}


@pytest.mark.parametrize("extension", ["s", "h"], ids=["in a call", "after it has hung up"])
def test_many_keys_are_read_at_once(desking: Desking, extension: str) -> None:
    folder = desking.rig.asterisk.data
    file, read = folder / "wanted.json", folder / "wanted.json.read"
    read.unlink(missing_ok=True)
    file.write_text(json.dumps(WANTED), encoding="utf-8")
    call = f"AGI(/usr/bin/python3,-I,{READER},/var/lib/asterisk/wanted.json)"
    first = call if extension == "s" else "NoOp()"
    more = f"exten => h,1,{call}\n" if extension == "h" else ""
    desking.load_dialplan(extra=f"[probe-astdb]\nexten => s,1,{first}\n same => n,Hangup()\n{more}")
    desking.rig.tap.action("Originate", Channel="Local/s@probe-astdb", Application="NoOp", Async="true")
    shell.wait_until(read.exists, "the script has read")
    assert json.loads(read.read_text(encoding="utf-8")) == WANTED
