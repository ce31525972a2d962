"""The nouns of hot desking, in the words of the design: phone, user, session.

All values are immutable. Times are whole seconds since the epoch, UTC. Extensions and device numbers are text, because
a leading zero is part of the number.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Optional

# AstDB keys are "FAMILY/rest"; None stands for an absent key.
Keys = dict[str, Optional[str]]


class Phone(NamedTuple):
    """A FreePBX device that anybody may log in at.

    Attributes:
        device: FreePBX's device number, e.g. ``200``.
        label: what people call it, e.g. ``Lobby``.
        mac: twelve lower-case hexadecimal digits, or empty.
        location: where it stands, free text.
        login_code: a code of its own besides the general one, e.g. ``*55``, or empty.
        logout_code: likewise for logging out.
        idle_hours: log out after so many hours without a call; 0 is never, None as the setting ``idle_hours`` says.
        daily_at: log out every day at this time of the PBX's zone, ``HH:MM``; ``never``; empty as the settings
            ``daily_by_location`` or ``daily_at`` say.
        enabled: False refuses logins without taking the phone out of the pool.
    """

    device: str
    label: str = ""
    mac: str = ""
    location: str = ""
    login_code: str = ""
    logout_code: str = ""
    idle_hours: int | None = None
    daily_at: str = ""
    enabled: bool = True


class Session(NamedTuple):
    """User U sits at phone P since T.

    Attributes:
        slot: 1 for a user's first phone, 2 for the second one, …; unique for a user.
        kept: what extensions had set before the session, to be given back: extension to its AstDB keys.
        active: the last call or feature code at the phone since the login, as the daemon noted it; 0: none yet.
    """

    phone: str
    user: str
    since: int
    slot: int = 1
    kept: dict[str, Keys] | None = None
    active: int = 0

    @property
    def identity(self) -> tuple[str, str, int]:
        """Return what makes it this session and no later one; the rest may change while it lasts."""
        return self.phone, self.user, self.since


class ClockChange(NamedTuple):
    """Somebody has set the world's clock, and what it said before has to follow.

    Attributes:
        before: what it would show now, had nobody set it.
        now: what it shows now.
        recent: from here to ``now`` the new clock has written already.
        begin: what is earlier, neither of the two has written; a clock that was right has.
    """

    before: int
    now: int
    recent: int
    begin: int

    def moved(self, at: int) -> int:
        """Return what a moment is by the new clock. Nothing is later than now."""
        if at < self.begin or self.recent <= at <= self.now:
            return min(at, self.now)
        return at + self.now - self.before if at <= self.before else min(at, self.now)


class Device(NamedTuple):
    """A row of FreePBX's table ``devices``.

    Attributes:
        dial: what Asterisk dials, e.g. ``PJSIP/200``.
        user: the extension the device belongs to when nobody sits there.
        hint: what a hint names for it: ``hint_override`` if set, else ``dial`` (F§7).
    """

    id: str
    tech: str
    dial: str
    user: str
    hint: str
    description: str = ""
    emergency_cid: str = ""


class User(NamedTuple):
    """A row of FreePBX's table ``users``.

    Attributes:
        mailbox: the voicemail context, or empty where there is no mailbox (FreePBX's ``novm``).
    """

    extension: str
    name: str
    mailbox: str


class FeatureCode(NamedTuple):
    """A row of FreePBX's table ``featurecodes``.

    Attributes:
        module, feature: whose it is, e.g. ``core`` and ``userlogon``.
        default: what its module registered.
        custom: what an administrator changed it to, or empty.
    """

    module: str
    feature: str
    default: str
    custom: str = ""
    enabled: bool = True

    @property
    def code(self) -> str:
        """Return the code in force, where it is enabled."""
        return self.custom or self.default


class Group(NamedTuple):
    """A list of FreePBX whose members ring when a number is called.

    Attributes:
        kind: ``queue``, ``ring_group`` or ``follow_me``.
        number: of the list; of a follow-me the extension it belongs to.
        members: their numbers, also of people outside.
    """

    kind: str
    number: str
    name: str = ""
    members: tuple[str, ...] = ()


class Trunk(NamedTuple):
    """A trunk of FreePBX.

    Attributes:
        id: FreePBX's number of it.
        cid: its Outbound CallerID, or empty.
        keep: its CID Options: ``off``, ``on``, ``cnum`` (no names), ``all`` (its own caller ID and no other).
        from_user: what it puts in place of the caller's number into the From header, or empty.
    """

    id: str
    name: str
    cid: str = ""
    keep: str = "off"
    from_user: str = ""


class Route(NamedTuple):
    """An outbound route of FreePBX.

    Attributes:
        id: FreePBX's number of it.
        emergency: calls on it carry the phone's Emergency CID (F§8).
        patterns: the numbers it takes, in Asterisk's language, prefix included: ``911``, ``9NXXXXXX``, ``0.``; those
            for some callers only are not among them.
        limited: those for some callers only, each with the pattern of the callers' numbers.
        trunks: those that are there and switched on, in the order in which they are tried.
        destination: it has a place to go to where no trunk takes the call.
        password: a caller has to enter one.
        timed: it is in force at certain times only.
        cid: its Route CID, or empty.
        cid_overrides: that goes before a user's own outbound CID.
        internal: its type is Intra-Company: calls on it keep their internal caller ID.
    """

    id: str
    name: str
    emergency: bool = False
    patterns: tuple[str, ...] = ()
    limited: tuple[tuple[str, str], ...] = ()
    trunks: tuple[Trunk, ...] = ()
    destination: bool = False
    password: bool = False
    timed: bool = False
    cid: str = ""
    cid_overrides: bool = False
    internal: bool = False


class Contact(NamedTuple):
    """Where a device is registered.

    Attributes:
        dial: the device as Asterisk names it and FreePBX's table ``devices`` has it, e.g. ``PJSIP/200``.
        uri: what Asterisk sends to; empty for chan_sip.
        address, port: the phone's, as Asterisk sees it; empty and 0 where it is not to be told.
        agent: what the phone calls itself, e.g. ``Yealink SIP-T46U 108.86.0.45``; chan_sip does not say.
        reachable: whether it answered the last time Asterisk asked; None where Asterisk has not asked, or never does.
        round_trip: microseconds until it answered; None where it did not.
        expires: when the registration ends, 0 where nobody says.
        others: how many more places the device is registered at.
    """

    dial: str
    uri: str = ""
    address: str = ""
    port: int = 0
    agent: str = ""
    reachable: bool | None = None
    round_trip: int | None = None
    expires: int = 0
    others: int = 0


class World(NamedTuple):
    """What FreePBX's own tables say, as far as it was asked for.

    Attributes:
        dnd_in_hints: hints carry ``Custom:DND<ext>`` (USEDEVSTATE and the Do Not Disturb module, F§7).
        device_and_user: FreePBX's device-and-user mode, where an extension without a device is not a virtual one.
    """

    devices: dict[str, Device]
    users: dict[str, User]
    dnd_in_hints: bool = True
    device_and_user: bool = False

    def owner(self, phone: str) -> str:
        """Return the extension a phone belongs to when nobody sits there.

        FreePBX writes ``none`` where a device has no user. That value would hang up every call of the phone,
        emergency calls included (F§1), so the phone's own number stands in for it.
        """
        device = self.devices.get(phone)
        if device is None or device.user in ("", "none"):
            return phone
        return device.user

    def own_devices(self, user: str) -> tuple[str, ...]:
        """Return the devices FreePBX gives an extension, its namesake first.

        An extension without any row in ``devices`` is a virtual one and is its own device (V).
        """
        return self.own_devices_of((user,))[user]

    def own_devices_of(self, users: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the own devices of each of ``users``; all devices are looked at once, however many users these are."""
        owned: dict[str, list[str]] = {user: [] for user in users}
        for device in self.devices.values():
            if device.user in owned:
                owned[device.user].append(device.id)
        result = {}
        for user, devices in owned.items():
            if not devices and user in self.users and not self.device_and_user:
                devices = [user]
            result[user] = tuple(sorted(devices, key=lambda d: (d != user, d)))
        return result


# An emergency number was dialled; see :mod:`hotdesk_module.daemon.alarm`.
EMERGENCY = "emergency"
# What the history has lines of; docs/cli.md says what each is, and with which codes.
EVENTS = ("login", "logout", "refused", "repair", "lock", "unlock", EMERGENCY, "pin", "queue", "pool", "settings")


class Event(NamedTuple):
    """A line of the history, and the list of what is still to be done for it.

    Attributes:
        event: one of EVENTS.
        source: where it came from: ``phone``, ``cli``, ``panel``, ``timer``, ``repair``.
        actor: who did it, where that is not the user: an administrator's name.
        code: why: an error code for a refusal; ``moved``, ``replaced``, … for a logout; ``added``, ``changed``, … for
            what an administrator did; for a lock ``phone`` or ``user``, whichever is locked.
        detail: what exactly, for people, e.g. ``take_over: replace → refuse``; of an emergency call the number that was
            dialled.
        applied: the projection follows it. False means that reconcile still has to look at its phone and user.
        pending: AstDB keys to set (None: remove) once, when it is applied.
    """

    at: int
    event: str
    phone: str = ""
    user: str = ""
    source: str = ""
    actor: str = ""
    code: str = ""
    detail: str = ""
    applied: bool = True
    pending: Keys | None = None
    id: int = 0
