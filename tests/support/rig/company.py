"""The company the tests telephone in, in FreePBX's own terms.

One description, from which come the AstDB keys (F§5), FreePBX's tables, the mailboxes, the SIP endpoints and the
per-extension dialplan. Pool phones are extensions too: that is how FreePBX has them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# Seconds; short, so that "nobody answers" is quick.
RING_TIME = 4
SIP_PASSWORD = "sip-secret"
MANAGER_USER = "admin"
MANAGER_SECRET = "manager-secret"
TRUNK_CID = '"Acme Corp" <5550100>'
OUTSIDE_NUMBER = "5550199"
OUTSIDE_NAME = "Outside Caller"
EMERGENCY_NUMBER = "911"
DID_PREFIX = "555"
TIME_CONDITION_PREFIX = "556"
IVR_NUMBER = "7000"


@dataclass(frozen=True)
class Extension:
    """A FreePBX extension: a user, and a device unless virtual."""

    number: str
    name: str
    pin: str | None  # None: no mailbox
    virtual: bool = False
    outbound_cid: str = ""
    emergency_cid: str = ""
    skip_pin: bool = False  # AMPUSER/x/novmpw

    @property
    def mailbox(self) -> str:
        """What ext-local passes to macro-exten-vm (F§2)."""
        return "novm" if self.pin is None else self.number

    @property
    def dial(self) -> str:
        return f"/{self.number}" if self.virtual else f"PJSIP/{self.number}"

    def astdb(self) -> dict[str, str]:
        """The keys FreePBX writes for this extension when it is created (F§5, V for virtual ones)."""
        user = {
            "cwtone": "disabled",
            "accountcode": "",
            "rvolume": "",
            "password": "",
            "ringtimer": "0",
            "cfringtimer": "0",
            "concurrency_limit": "3",
            "noanswer": "",
            "recording": "",
            "outboundcid": self.outbound_cid,
            "cidname": self.name,
            "cidnum": self.number,
            "voicemail": "novm" if self.pin is None else "default",
            "answermode": "disabled",
            "intercom": "enabled",
            "recording/in/external": "dontcare",
            "recording/out/external": "dontcare",
            "recording/in/internal": "dontcare",
            "recording/out/internal": "dontcare",
            "recording/ondemand": "disabled",
            "recording/priority": "10",
            "device": self.number,
            "hint": hint([] if self.virtual else [self.dial], self.number),
            "followme/ddial": "EXTENSION",
            "followme/prering": "2",
            "followme/grptime": str(RING_TIME),
            "followme/grplist": self.number,
        }
        if self.skip_pin:
            user["novmpw"] = "yes"
        device = {
            "dial": self.dial,
            "tech": "virtual" if self.virtual else "pjsip",
            "user": self.number,
            "type": "fixed",
            "default_user": self.number,
        }
        if self.emergency_cid:
            device["emergency_cid"] = self.emergency_cid
        keys = {f"AMPUSER/{self.number}/{key}": value for key, value in user.items()}
        keys.update({f"DEVICE/{self.number}/{key}": value for key, value in device.items()})
        keys[f"CW/{self.number}"] = "ENABLED"
        return keys


def hint(dials: list[str], number: str) -> str:
    """A user's hint as a FreePBX reload makes it: dials, do-not-disturb lamp, presence (F§7, V)."""
    return f"{'&'.join(dials)}&Custom:DND{number},CustomPresence:{number}"


@dataclass(frozen=True)
class Company:
    extensions: tuple[Extension, ...]
    pool: tuple[str, ...]  # phones that are hot desks
    members: tuple[str, ...]  # of every ring group and queue
    fixed_keys: dict[str, str] = field(default_factory=dict)

    def extension(self, number: str) -> Extension:
        return next(one for one in self.extensions if one.number == number)

    def astdb(self) -> dict[str, str]:
        keys = dict(self.fixed_keys)
        for one in self.extensions:
            keys.update(one.astdb())
        return keys

    def pins(self) -> tuple[str, ...]:
        """For a search of logs and events: nine digits, for shorter ones turn up in time stamps and random numbers."""
        return tuple(one.pin for one in self.extensions if one.pin and one.pin != "-")

    def phones(self) -> tuple[Extension, ...]:
        return tuple(one for one in self.extensions if not one.virtual)


RING_GROUP = "600"
RING_GROUP_IGNORING_CF = "601"
# By use_queue_context: F§2.
QUEUES = {0: "700", 2: "701", 1: "702"}

ACME = Company(
    extensions=(
        Extension("200", "Lobby Phone", "618034683", emergency_cid='"Lobby" <5550911>'),
        Extension("201", "Library Phone", "577215617", emergency_cid='"Library" <5550912>'),
        Extension("202", "Corridor Phone", None),
        Extension("300", "Olive Owner", "271828343", emergency_cid='"Room 3" <5550913>'),
        Extension(
            "1001", "John Smith", "773812905", outbound_cid='"J Smith" <5550111>', emergency_cid='"Desk 1" <5550914>'
        ),
        Extension("1002", "Jane Doe", "846294741", skip_pin=True),
        Extension("1003", "Vera Tual", "358979493", virtual=True, outbound_cid='"V Tual" <5550113>', skip_pin=True),
        Extension("1004", "Victor Tual", "932384784", virtual=True),
        Extension("1005", "Nora Novmail", None, virtual=True),
        Extension("1006", "Ernest Empty", "", virtual=True),
        Extension("9001", "Meeting Room", "264338731"),
    ),
    pool=("200", "201", "202", "300"),
    members=("1001", "1002", "1003", "1004"),
    fixed_keys={"FREEPBXCONF/CFRINGTIMERDEFAULT": str(RING_TIME)},
)
