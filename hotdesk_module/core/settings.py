"""The settings: one table of names, defaults and meanings, and the values in force.

The command line, the panel and the documents are made from :data:`SPECS`; a setting that is not there does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hotdesk_module.core import places
from hotdesk_module.core.address import address
from hotdesk_module.core.places import NEVER, Places, is_time
from hotdesk_module.errors import BadValue

DEVICE = "device"
CALLFORWARD = "callforward"
REPLACE = "replace"
REFUSE = "refuse"
MOVE = "move"
ALLOW = "allow"
WARN = "warn"


class Spec(NamedTuple):
    """One setting.

    Attributes:
        default: the value in force until somebody changes it, as text.
        choices: the words it may hold; empty for everything else.
        low, high: the range of a number; how many characters a secret has.
        time: it is a time of the day, ``HH:MM``, or empty.
        places: it is times of the day by location; see :mod:`hotdesk_module.core.places`.
        several: it holds any of ``choices``, one at least, with commas between.
        address: it is an address of the web, or empty.
        secret: nobody is shown what it is, once it is stored; empty: there is none.
        help: one sentence: what it does.
    """

    name: str
    default: str
    help: str
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    time: bool = False
    places: bool = False
    several: bool = False
    address: bool = False
    secret: bool = False

    @property
    def number(self) -> bool:
        """Return whether it is a whole number."""
        return not (self.choices or self.time or self.places or self.address or self.secret)


class Change(NamedTuple):
    """A setting whose value becomes another one, both as they may be shown."""

    spec: Spec
    old: str
    new: str


ON_OFF = ("no", "yes")
# What is shown of a secret: that there is one, and that it became another one.
SET, NEW = "(set)", "(new)"
# The kinds of events that a webhook can be told of.
LOGIN, LOGOUT, EXPIRY, LOCK, UNLOCK, REFUSED = "login", "logout", "expiry", "lock", "unlock", "refused"
EMERGENCY = "emergency"
TOLD = (LOGIN, LOGOUT, EXPIRY, LOCK, EMERGENCY, UNLOCK, REFUSED)
TOLD_BY_DEFAULT = (LOGIN, LOGOUT, EXPIRY, LOCK, EMERGENCY)
# Characters of an address.
_ADDRESS = 255
# So much of a wrong value is repeated; a number has fewer digits.
_LONGEST = 40

SPECS: tuple[Spec, ...] = (
    Spec(
        "routing",
        DEVICE,
        "How calls reach the phone: through the user's list of devices, or through FreePBX's Call Forward.",
        (DEVICE, CALLFORWARD),
    ),
    Spec(
        "take_over",
        REPLACE,
        "Somebody logs in at an occupied phone: replace who sits there, or refuse.",
        (REPLACE, REFUSE),
    ),
    Spec(
        "several_phones",
        MOVE,
        "A user who sits elsewhere logs in: move, refuse, or allow several phones at a time.",
        (MOVE, REFUSE, ALLOW),
    ),
    Spec("max_phones", "2", "With several phones allowed: at how many phones a user may sit.", low=1, high=20),
    Spec("ring_own_phone", "no", "Calls ring the user's own phone as well as the shared one.", ON_OFF),
    Spec(
        "give_back",
        "no",
        "At logout give back the call forwards, Do Not Disturb and follow-me that user and phone had before, or clear"
        " them.",
        ON_OFF,
    ),
    Spec(
        "voicemail_pin",
        "no",
        "Ask for the PIN when a shared phone dials its user's mailbox, also where FreePBX would not.",
        ON_OFF,
    ),
    Spec("attempts", "3", "How many times a caller may try a PIN in one call.", low=1, high=10),
    Spec(
        "lock_failures",
        "3",
        "So many wrong PINs within lock_window lock the phone they were entered at; 0 never locks anything.",
        low=0,
        high=100,
    ),
    Spec("lock_window", "5", "Minutes within which wrong PINs at a phone are counted together.", low=1, high=1440),
    Spec(
        "lock_user_failures",
        "30",
        "So many wrong PINs for a user within lock_longest, from all phones, lock the user; 0 never locks users.",
        low=0,
        high=1000,
    ),
    Spec("lock_minutes", "15", "Minutes the first lock lasts; each further one twice as long.", low=1, high=10080),
    Spec(
        "lock_longest",
        "480",
        "Minutes a lock lasts at most, a user's half of that; after so long without a lock one is forgotten.",
        low=1,
        high=10080,
    ),
    Spec(
        "weak_pins",
        WARN,
        "A login with a PIN that is easily guessed: warn on the page Health, or refuse it.",
        (WARN, REFUSE),
    ),
    Spec(
        "idle_hours",
        "8",
        "Hours without a call after which a phone logs its user out, unless the phone has its own; 0 is never.",
        low=0,
        high=168,
    ),
    Spec("max_hours", "0", "Hours after which a user is logged out in any case; 0 is never.", low=0, high=168),
    Spec(
        "daily_at",
        "",
        "Time of the day at which everybody is logged out, unless a location or a phone has its own; empty is never.",
        time=True,
    ),
    Spec(
        "daily_by_location",
        "",
        "Locations with another time of the day, which holds for all phones there but those with their own.",
        places=True,
    ),
    Spec(
        "emergency_alert",
        "yes",
        "Say in FreePBX's notifications and by a UserEvent when an emergency number is dialled at a hot desk phone.",
        ON_OFF,
    ),
    Spec("history_days", "365", "Days the history is kept; 0 keeps it for ever.", low=0, high=3650),
    Spec(
        "mass_logout",
        "5",
        "A repair that would end more sessions than this at once waits for an administrator to force it.",
        low=1,
        high=10000,
    ),
    Spec(
        "webhook_url",
        "",
        "Address that is told of events by HTTP POST, https://… or http://…; empty is none.",
        address=True,
    ),
    Spec(
        "webhook_secret",
        "",
        "Key that signs what is sent there, so that the receiver knows it is from here; without one nothing is sent.",
        low=16,
        high=200,
        secret=True,
    ),
    Spec("webhook_events", ",".join(TOLD_BY_DEFAULT), "Which events are told.", TOLD, several=True),
)

_BY_NAME = {spec.name: spec for spec in SPECS}


class Settings(NamedTuple):
    """The values in force, parsed, without the secrets. Minutes, hours and days stay in the unit of their name."""

    routing: str = DEVICE
    take_over: str = REPLACE
    several_phones: str = MOVE
    max_phones: int = 2
    ring_own_phone: bool = False
    give_back: bool = False
    voicemail_pin: bool = False
    attempts: int = 3
    lock_failures: int = 3
    lock_window: int = 5
    lock_user_failures: int = 30
    lock_minutes: int = 15
    lock_longest: int = 480
    weak_pins: str = WARN
    idle_hours: int = 8
    max_hours: int = 0
    daily_at: str = ""
    daily_by_location: Places = ()
    emergency_alert: bool = True
    history_days: int = 365
    mass_logout: int = 5
    webhook_url: str = ""
    webhook_events: tuple[str, ...] = TOLD_BY_DEFAULT


def spec(name: str) -> Spec:
    """Return the setting called ``name``.

    Raises:
        BadValue: there is no such setting; the message lists those there are.
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        raise BadValue(f"There is no setting '{name}'. The settings are: {', '.join(_BY_NAME)}.") from None


def check(name: str, value: str) -> str:
    """Return ``value`` as it is stored.

    Raises:
        BadValue: no such setting, or not a value of it; the message says which values are, and repeats no secret.
    """
    known = spec(name)
    if known.secret:
        return _check_secret(known, value.strip())
    if known.address:
        return _check_address(known, value.strip())
    if known.places:
        try:
            return places.text(places.parse(value))
        except BadValue as error:
            raise BadValue(f"{name}: {error.message}") from None
    value = value.strip().lower()
    if known.several:
        return _check_several(known, value)
    if known.choices:
        if known.choices == ON_OFF:
            value = {"on": "yes", "true": "yes", "1": "yes", "off": "no", "false": "no", "0": "no"}.get(value, value)
        if value not in known.choices:
            raise BadValue(f"'{value[:_LONGEST]}' is not a value of {name}. It is one of: {', '.join(known.choices)}.")
        return value
    if known.time:
        value = "" if value == NEVER else value
        if value and not is_time(value):
            raise BadValue(
                f"'{value[:_LONGEST]}' is not a value of {name}. It is a time such as 18:30, or empty for never."
            )
        return value
    # Python refuses to reckon with numbers of thousands of digits.
    if not (value.isascii() and value.isdigit() and len(value) < _LONGEST and known.low <= int(value) <= known.high):
        raise BadValue(
            f"'{value[:_LONGEST]}' is not a value of {name}. It is a whole number from {known.low} to {known.high}."
        )
    return str(int(value))


def _check_secret(known: Spec, value: str) -> str:
    # What every terminal, form and program takes for the same bytes.
    plain = value.isascii() and value.isprintable() and " " not in value
    if value and not (plain and known.low <= len(value) <= known.high):
        raise BadValue(
            f"That is not a value of {known.name}. It is {known.low} to {known.high} letters, digits and signs, without"
            " blanks and accents."
        )
    return value


def _check_address(known: Spec, value: str) -> str:
    if value and (len(value) > _ADDRESS or address(value) is None):
        # Not repeated: somebody may have written a password into it.
        raise BadValue(
            f"That is not a value of {known.name}. It is an address such as https://example.com/hook, of http or https,"
            f" with at most {_ADDRESS} characters and without a user name, a password or a '#'; or empty for none."
        )
    return value


def _check_several(known: Spec, value: str) -> str:
    given = [word.strip() for word in value.split(",")]
    if not set(given) <= set(known.choices):
        raise BadValue(
            f"'{value[:_LONGEST]}' is not a value of {known.name}. It is one or several of:"
            f" {', '.join(known.choices)}; with commas between."
        )
    return ",".join(choice for choice in known.choices if choice in given)


def secret(stored: Mapping[str, str], name: str) -> str:
    """Return a secret; empty where there is none. For who signs with it, and nobody else."""
    try:
        return check(name, stored.get(name, ""))
    except BadValue:
        return ""


def texts(stored: Mapping[str, str]) -> dict[str, str]:
    """Return the values in force as people write them, by name; see :func:`parse`. Of a secret SET or empty."""
    values = parse(stored)._asdict()
    return {known.name: _shown(known, values, stored) for known in SPECS}


def _shown(known: Spec, values: Mapping[str, object], stored: Mapping[str, str]) -> str:
    if known.secret:
        return SET if secret(stored, known.name) else ""
    value = values[known.name]
    if isinstance(value, tuple):
        return places.text(value) if known.places else ",".join(value)
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """Return the settings whose values in force differ, of what is stored before and after."""
    old, new = texts(before), texts(after)
    for known in SPECS:
        if known.secret and secret(after, known.name) not in ("", secret(before, known.name)):
            new[known.name] = NEW
    return tuple(Change(s, old[s.name], new[s.name]) for s in SPECS if old[s.name] != new[s.name])


def parse(stored: Mapping[str, str]) -> Settings:
    """Return the values in force from what is stored.

    A value that an older or newer version stored and this one does not know falls back to its default: a login must
    not fail because of a row in a table.
    """
    values: dict[str, object] = {}
    for known in SPECS:
        if known.secret:
            continue
        text = stored.get(known.name, known.default)
        try:
            # Who sends to an address looks at it; a caller need not wait for its pattern.
            text = text if known.address else check(known.name, text)
        except BadValue:
            text = known.default
        values[known.name] = _value(known, text)
    return Settings(**values)  # type: ignore[arg-type]


def _value(known: Spec, text: str) -> object:
    if known.choices == ON_OFF:
        return text == "yes"
    if known.places:
        return places.parse(text)
    if known.several:
        return tuple(text.split(","))
    return int(text) if known.number else text
