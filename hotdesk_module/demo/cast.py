"""Who and what the demo company consists of."""

from __future__ import annotations

from typing import NamedTuple


class Desk(NamedTuple):
    """A FreePBX device with the user of the same number; `shared` ones are the hot desks.

    `address` and `agent` are what it registers with; without an address nothing is plugged in there.
    """

    number: str
    label: str
    shared: bool
    emergency_cid: str
    location: str = ""
    address: str = ""
    agent: str = "Yealink SIP-T54W 96.86.0.100"

    @property
    def mac(self) -> str:
        """Return the address on the phone's label."""
        return f"805ec0{int(self.number):06x}"


class Person(NamedTuple):
    """A FreePBX user with a mailbox; `virtual` ones have no phone of their own."""

    extension: str
    name: str
    pin: str
    outbound_cid: str
    virtual: bool


# Those with a handset on the page.
DESKS = (
    Desk("200", "Lobby", True, '"Lobby" <5550200>', "Ground floor", "192.168.20.20"),
    Desk("201", "Window desk", True, '"Window desk" <5550201>', "First floor", "192.168.20.21"),
    Desk("202", "Meeting room", True, '"Meeting room" <5550202>', "First floor", "192.168.20.22"),
    Desk("1001", "John Smith", False, '"Office 12" <5550212>', "", "192.168.20.101"),
)


def _away(number: str, label: str, location: str, host: int, agent: str = "snomD785/10.1.184.15") -> Desk:
    address = f"192.168.20.{host}" if host else ""
    return Desk(number, label, True, f'"{label}" <5550{number}>', location, address, agent)


# The rest of the house: in the pool, in the panel, but not on the page.
AWAY = (
    _away("203", "Reception", "Ground floor", 23),
    _away("204", "Workshop", "Ground floor", 24),
    _away("210", "Desk 1.1", "First floor", 30),
    _away("211", "Desk 1.2", "First floor", 31),
    _away("212", "Desk 1.3", "First floor", 32),
    _away("213", "Desk 1.4", "First floor", 33),
    _away("214", "Phone booth", "First floor", 34),
    _away("220", "Desk 2.1", "Second floor", 40),
    _away("221", "Desk 2.2", "Second floor", 41),
    _away("222", "Desk 2.3", "Second floor", 0),
    _away("223", "Project room", "Second floor", 43),
    _away("224", "Roof terrace", "Second floor", 44),
)

# The PINs are on the page: a demo that hides them cannot be tried. Not 1234, which people would copy.
PEOPLE = (
    Person("1001", "John Smith", "4711", '"John Smith" <5551001>', False),
    Person("1002", "Jane Doe", "5823", '"Jane Doe" <5551002>', True),
    Person("1003", "Ravi Patel", "6294", '"Ravi Patel" <5551003>', True),
)

# Who else works there; the same, but not on the page.
COLLEAGUES = (
    Person("1004", "Zoë O’Brien", "3906", '"Zoë O’Brien" <5551004>', True),
    Person("1005", "Amal Haddad", "8147", '"Amal Haddad" <5551005>', True),
    Person("1006", "Łukasz Nowak", "2795", '"Łukasz Nowak" <5551006>', True),
    Person("1007", "Chen Wei", "6038", '"Chen Wei" <5551007>', True),
    Person("1008", "Fatou Diallo", "9412", '"Fatou Diallo" <5551008>', True),
    Person("1009", "Søren Kjær", "1683", '"Søren Kjær" <5551009>', True),
    Person("1010", "Priya Raman", "5270", '"Priya Raman" <5551010>', True),
    Person("1011", "Tomás García", "7529", '"Tomás García" <5551011>', True),
    Person("1012", "Hannah Weiß", "4861", '"Hannah Weiß" <5551012>', True),
)

EVERY_DESK = DESKS + AWAY
EVERYBODY = PEOPLE + COLLEAGUES

# The mailboxes of the shared phones' own numbers: where direct calls to an occupied phone end.
DESK_PINS = {desk.number: str(7150 + int(desk.number)) for desk in EVERY_DESK if desk.shared}

# Number to name and static members.
QUEUES = {"700": ("Orders", ("1002",)), "701": ("Repairs", ())}

TRUNK_CID = '"Example Ltd" <5550100>'
EMERGENCY_NUMBER = "911"


class Outsider(NamedTuple):
    """The one telephone of the outside world."""

    number: str
    name: str


OUTSIDER = Outsider("5550199", "Maria Lopez")


def users() -> dict[str, str]:
    """Return every FreePBX user's extension and name: the desks' own and the people's."""
    names = {desk.number: desk.label for desk in EVERY_DESK}
    names.update({person.extension: person.name for person in EVERYBODY})
    return dict(sorted(names.items()))
