"""The settings: one table of names, defaults and meanings, and the values in force.

The command line, the panel and the documents are made from :data:`SPECS`; a setting that is not there does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hotdesk_module.core import places
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
        low, high: the range of a number.
        time: it is a time of the day, ``HH:MM``, or empty.
        places: it is times of the day by location; see :mod:`hotdesk_module.core.places`.
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

    @property
    def number(self) -> bool:
        """Return whether it is a whole number."""
        return not (self.choices or self.time or self.places)


ON_OFF = ("no", "yes")
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
    Spec("history_days", "365", "Days the history is kept; 0 keeps it for ever.", low=0, high=3650),
    Spec(
        "mass_logout",
        "5",
        "A repair that would end more sessions than this at once waits for an administrator to force it.",
        low=1,
        high=10000,
    ),
)

_BY_NAME = {spec.name: spec for spec in SPECS}


class Settings(NamedTuple):
    """The values in force, parsed. Minutes, hours and days stay in the unit of their name."""

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
    history_days: int = 365
    mass_logout: int = 5


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
        BadValue: no such setting, or not a value of it; the message says which values are.
    """
    known = spec(name)
    if known.places:
        try:
            return places.text(places.parse(value))
        except BadValue as error:
            raise BadValue(f"{name}: {error.message}") from None
    value = value.strip().lower()
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


def texts(stored: Mapping[str, str]) -> dict[str, str]:
    """Return the values in force as people write them, by name; see :func:`parse`."""
    return {name: _text(value) for name, value in parse(stored)._asdict().items()}


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return places.text(value)
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def parse(stored: Mapping[str, str]) -> Settings:
    """Return the values in force from what is stored.

    A value that an older or newer version stored and this one does not know falls back to its default: a login must
    not fail because of a row in a table.
    """
    values: dict[str, object] = {}
    for known in SPECS:
        try:
            text = check(known.name, stored.get(known.name, known.default))
        except BadValue:
            text = known.default
        values[known.name] = _value(known, text)
    return Settings(**values)  # type: ignore[arg-type]


def _value(known: Spec, text: str) -> object:
    if known.choices == ON_OFF:
        return text == "yes"
    if known.places:
        return places.parse(text)
    return int(text) if known.number else text
