"""The state of the PBX as the page gets it: plain dictionaries, nothing that acts."""

from __future__ import annotations

from typing import Any

from hotdesk_module.demo import cast
from hotdesk_module.demo.calls import OUTSIDE
from hotdesk_module.demo.hints import HintState
from hotdesk_module.demo.pbx import Pbx
from hotdesk_module.demo.phone import Phone, State
from hotdesk_module.demo.story import STEPS, Item, Press, sit_down

Json = dict[str, Any]

# What the page shows; the rest of the house is in the panel.
_DRAWN = (*(desk.number for desk in cast.DESKS), OUTSIDE)
_WATCHED = {desk.number for desk in cast.DESKS} | {person.extension for person in cast.PEOPLE}


def snapshot(pbx: Pbx) -> Json:
    """Return everything the page draws, taken under the lock so that it fits together."""
    with pbx.monitor.lock:
        seats = pbx.calls.seats()
        return {
            "version": pbx.monitor.version,
            "phones": [_phone(pbx.phones[number], seats, pbx.is_plugged(number)) for number in _DRAWN],
            "people": [_person(pbx, person, seats) for person in cast.PEOPLE],
            "feed": [_item(item) for item in reversed(pbx.feed.items())],
            "hints": [_hint(hint) for hint in pbx.hints.all() if hint.extension in _WATCHED],
            "tour": [{"id": step.id, "done": pbx.tour.done(step.id)} for step in STEPS],
        }


def tour() -> list[Json]:
    """Return the steps of the tour with what "Show me" presses; these never change."""
    return [
        {**step._asdict(), "show": _presses(step.show), "before": _presses(sit_down(step.at)) if step.at else []}
        for step in STEPS
    ]


def _presses(presses: tuple[Press, ...]) -> list[Json]:
    return [press._asdict() for press in presses]


def _phone(phone: Phone, seats: dict[str, str], plugged: bool) -> Json:
    channel = phone.channel
    user = seats.get(phone.number)
    return {
        "id": phone.number,
        "number": cast.OUTSIDER.number if phone.number == OUTSIDE else phone.number,
        "label": phone.label,
        "state": phone.state.value,
        "top": _top(phone),
        "main": _main(phone),
        "sub": _sub(phone),
        "entry": channel.entry if channel is not None and phone.state is State.LISTENING else "",
        "asks": channel.asks if channel is not None and phone.state is State.LISTENING else "",
        "since": phone.since if phone.state is State.TALKING else 0,
        "lamp": phone.lamp,
        "plugged": plugged,
        "user": user,
        "name": cast.users().get(user, "") if user else "",
    }


def _top(phone: Phone) -> str:
    return {
        State.IDLE: "",
        State.DIAL_TONE: "Dial tone",
        State.CALLING: "Calling",
        State.RINGING: "Incoming call",
        State.LISTENING: phone.peer.name or "On the line",
        State.TALKING: "Connected",
        State.ENDED: "Call ended" if phone.message != "Call ended" else "",
    }[phone.state]


def _main(phone: Phone) -> str:
    if phone.state is State.DIAL_TONE:
        return phone.digits
    if phone.state is State.LISTENING:
        return phone.channel.heard if phone.channel is not None else ""
    if phone.state is State.ENDED:
        return phone.message
    return phone.peer.name or phone.peer.number


def _sub(phone: Phone) -> str:
    if phone.state is State.TALKING and phone.channel is not None and phone.channel.heard:
        return phone.channel.heard
    if phone.state in (State.RINGING, State.CALLING, State.TALKING) and phone.peer.name:
        return phone.peer.number
    return ""


def _person(pbx: Pbx, person: cast.Person, seats: dict[str, str]) -> Json:
    at = [pbx.phones[number].label for number, user in seats.items() if user == person.extension]
    box = pbx.voicemail.box(person.extension)
    return {
        "extension": person.extension,
        "name": person.name,
        "pin": person.pin,
        "virtual": person.virtual,
        "at": " and ".join(at),
        "messages": len(box.new) if box else 0,
    }


def _item(item: Item) -> Json:
    return item._asdict()


def _hint(hint: HintState) -> Json:
    return {"extension": hint.extension, "application": hint.application, "state": hint.text}
