"""Who and what the demo company consists of."""

from __future__ import annotations

from typing import NamedTuple


class Desk(NamedTuple):
    """A FreePBX device with the user of the same number; `shared` ones are the hot desks."""

    number: str
    label: str
    shared: bool
    emergency_cid: str


class Person(NamedTuple):
    """A FreePBX user with a mailbox; `virtual` ones have no phone of their own."""

    extension: str
    name: str
    pin: str
    outbound_cid: str
    virtual: bool


DESKS = (
    Desk("200", "Lobby", True, '"Lobby" <5550200>'),
    Desk("201", "Window desk", True, '"Window desk" <5550201>'),
    Desk("202", "Meeting room", True, '"Meeting room" <5550202>'),
    Desk("1001", "John Smith", False, '"Office 12" <5550212>'),
)

# The PINs are on the page: a demo that hides them cannot be tried. Not 1234, which people would copy.
PEOPLE = (
    Person("1001", "John Smith", "4711", '"John Smith" <5551001>', False),
    Person("1002", "Jane Doe", "5823", '"Jane Doe" <5551002>', True),
    Person("1003", "Ravi Patel", "6294", '"Ravi Patel" <5551003>', True),
)

# The mailboxes of the shared phones' own numbers: where direct calls to an occupied phone end.
DESK_PINS = {"200": "7350", "201": "7351", "202": "7352"}

TRUNK_CID = '"Example Ltd" <5550100>'
EMERGENCY_NUMBER = "911"


class Outsider(NamedTuple):
    """The one telephone of the outside world."""

    number: str
    name: str


OUTSIDER = Outsider("5550199", "Maria Lopez")


def users() -> dict[str, str]:
    """Return every FreePBX user's extension and name: the desks' own and the people's."""
    names = {desk.number: desk.label for desk in DESKS}
    names.update({person.extension: person.name for person in PEOPLE})
    return dict(sorted(names.items()))
