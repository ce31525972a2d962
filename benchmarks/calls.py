"""Somebody logs in and out at a telephone, and what Asterisk tells of it."""

from __future__ import annotations

import re
from typing import NamedTuple

from benchmarks.office import Office, user
from hotdesk_module.agi import prompts
from tests.support.rig.ami_tap import AmiTap, Message

IN, OUT = prompts.OUTCOMES["logged_in"][0], prompts.OUTCOMES["logged_out"][0]
# What is played, or asked; while it is, nobody waits for us.
_PROMPTS = ("STREAM FILE", "GET DATA", "SAY ")
_SECONDS = 15.0


class Times(NamedTuple):
    """Milliseconds of one call.

    Attributes:
        work: from the start of the script to its end, prompts apart.
        waiting: from the last digit, or from the end of the first second, to the start of the answer.
    """

    work: float
    waiting: float


def log_in(office: Office, place: int) -> int:
    """Let the person of that number log in at the telephone of that number; return the mark before it."""
    telephone, number = office.telephones[place], user(place)
    mark = office.rig.tap.mark()
    call = telephone.dial(f"*11{number}")
    telephone.wait_answered(call)
    wait_for(office, telephone.number, mark, f'GET DATA "{prompts.ASK_PIN}"')
    telephone.press(call, f"{office.desking.pin(number)}#")
    wait_for(office, telephone.number, mark, f'STREAM FILE "{IN}"')
    telephone.hang_up(call)
    return mark


def log_out(office: Office, place: int) -> int:
    """Let whoever sits at the telephone of that number log out there; return the mark before it."""
    telephone = office.telephones[place]
    mark = office.rig.tap.mark()
    call = telephone.dial("*12")
    telephone.wait_answered(call)
    wait_for(office, telephone.number, mark, f'STREAM FILE "{OUT}"')
    telephone.hang_up(call)
    return mark


def wait_for(office: Office, number: str, mark: int, command: str) -> None:
    """Wait until a call from a telephone comes to a prompt."""
    channel, wanted = re.compile(f"^PJSIP/{number}-"), re.compile(f"^{re.escape(command)}")
    office.rig.tap.wait_for("AGIExecStart", mark, _SECONDS, Channel=channel, Command=wanted)


def times(tap: AmiTap, channel_of: str, mark: int) -> Times:
    """Wait for the end of the script of a call whose channel is named like that; return how long it took."""
    first = tap.wait_for("Newexten", mark, 1.0, Channel=re.compile(f"^{channel_of}"), Application="AGI")
    # Exactly: the call before may not be over yet.
    channel = first["Channel"]
    last = tap.wait_for("VarSet", mark, _SECONDS, Channel=channel, Variable="AGISTATUS")
    speaking, asked, answered = 0.0, 0.0, 0.0
    begun: dict[str, float] = {}
    for event in tap.events("", mark, Channel=channel):
        command = event.get("Command", "")
        if not command.startswith(_PROMPTS):
            continue
        if event["Event"] == "AGIExecStart":
            begun[event["CommandId"]] = _at(event)
            if command.startswith((f'STREAM FILE "{IN}"', f'STREAM FILE "{OUT}"')):
                answered = _at(event)
        elif event["Event"] == "AGIExecEnd":
            speaking += _at(event) - begun[event["CommandId"]]
            if not answered:
                asked = _at(event)
    return Times(1000 * (_at(last) - _at(first) - speaking), 1000 * (answered - asked))


def _at(event: Message) -> float:
    """Return when Asterisk told of it, in seconds."""
    return float(event["Timestamp"])
