"""What the service needs from the outside, as Protocols. Adapters keep these; tests hold fakes and adapters alike to
one contract (``tests/contract``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Callable, NamedTuple, Protocol

from hotdesk_module.core.address import Address
from hotdesk_module.core.delivery import Delivery
from hotdesk_module.core.lockout import Attempts
from hotdesk_module.core.messages import Counts
from hotdesk_module.core.model import (
    ClockChange,
    Contact,
    Device,
    Event,
    FeatureCode,
    Group,
    Phone,
    Route,
    Session,
    User,
)
from hotdesk_module.core.queues import Queues, Rule

# Whole seconds since the epoch, UTC.
Clock = Callable[[], int]

# Lines of the history that are forgotten at a time: for ten years of them everything else would wait.
FORGET_MOST = 5000


class Flags(NamedTuple):
    """FreePBX settings that change what is projected; see :class:`hotdesk_module.core.model.World`."""

    dnd_in_hints: bool = True
    device_and_user: bool = False


class Context(NamedTuple):
    """A context of the dialplan.

    Attributes:
        extensions: those that stand in it, patterns with their underscore; without hints.
        includes: the contexts it includes, in the order in which they are searched.
    """

    extensions: frozenset[str] = frozenset()
    includes: tuple[str, ...] = ()


class HistoryFilter(NamedTuple):
    """Which events to list: empty and None mean any; ``since`` and ``until`` are inclusive."""

    phone: str = ""
    user: str = ""
    event: str = ""
    since: int | None = None
    until: int | None = None
    limit: int = 100
    offset: int = 0


class Ledger(Protocol):
    """The truth about sessions: our tables.

    Every method raises LedgerDown when the database does not answer. What takes ``events`` writes them into the history
    in the same transaction.
    """

    def lock(self) -> AbstractContextManager[None]:
        """Hold the one lock of all writers, in whatever process they are; Busy when it is not to be had in time."""

    def phones(self, devices: Iterable[str] | None = None) -> tuple[Phone, ...]:
        """Return the phones of the pool, or those among ``devices``, by device number."""

    def save_phones(self, phones: Iterable[Phone], events: Iterable[Event] = ()) -> None:
        """Insert or replace phones, all or none. DuplicateMac where two would have one address."""

    def remove_phone(self, device: str, events: Iterable[Event] = ()) -> None:
        """Take a phone out of the pool; without a word where it is not in it."""

    def sessions(self, phones: Iterable[str] | None = None, users: Iterable[str] | None = None) -> tuple[Session, ...]:
        """Return all sessions, or those at one of ``phones`` or of one of ``users``, oldest first."""

    def change(self, ended: Iterable[Session], started: Session | None, events: Iterable[Event]) -> tuple[int, ...]:
        """Write ended and begun sessions and their events in one transaction; return the events' ids in order."""

    def touch(self, active: Mapping[str, int]) -> None:
        """Note the last activity at phones, device to time. It counts for who was logged in there then: a session that
        began later stays as it is. The caller holds the lock."""

    def set_clock(self, change: ClockChange) -> None:
        """Let begin and last activity of all sessions follow a clock that was set; an activity of 0 stays 0. The caller
        holds the lock."""

    def unapplied(self) -> tuple[Event, ...]:
        """Return the events that the projection does not follow yet, oldest first."""

    def mark_applied(self, ids: Iterable[int]) -> None:
        """Note that the projection follows these events."""

    def events(self, wanted: HistoryFilter) -> tuple[Event, ...]:
        """Return the history, newest first."""

    def forget_events(self, before: int, but_from: int | None = None, most: int = FORGET_MOST) -> int:
        """Remove applied events older than ``before``, but none from the id ``but_from`` on, the oldest first and at
        most so many; return how many."""

    def events_after(self, number: int, limit: int) -> tuple[Event, ...]:
        """Return the events that were written after the one of this id, oldest first, at most ``limit``.

        Who holds the lock misses none: ids are given before they are committed, and logins, logouts, locks and refusals
        are only written under it.
        """

    def last_event(self) -> int:
        """Return the id of the event that was written last; 0 where there is none."""

    def delivery(self) -> Delivery | None:
        """Return how far the webhook was told; None where that is to begin with what happens from now on."""

    def begin_delivery(self, delivery: Delivery | None) -> None:
        """Let it be so far, wherever it was; None: see :meth:`delivery`."""

    def move_delivery(self, before: Delivery, after: Delivery) -> None:
        """Let it be so far, where nobody else has moved it meanwhile; else without a word."""

    def attempts(self, kind: str, subject: str) -> Attempts:
        """Return the wrong PINs of a ``user`` or ``phone``."""

    def save_attempts(self, kind: str, subject: str, attempts: Attempts, events: Iterable[Event] = ()) -> None:
        """Store them; a count of nothing is removed."""

    def all_attempts(self) -> tuple[tuple[str, str, Attempts], ...]:
        """Return (kind, subject, attempts) of everybody who has any."""

    def queue_rules(self, users: Iterable[str] | None = None) -> tuple[Rule, ...]:
        """Return what queues are to all users, or to those among ``users``; by user and queue."""

    def save_queue_rules(self, rules: Iterable[Rule], events: Iterable[Event] = ()) -> None:
        """Insert or replace rules; those that are over are removed."""

    def settings(self) -> dict[str, str]:
        """Return the settings that somebody changed."""

    def save_settings(self, values: Mapping[str, str | None], events: Iterable[Event] = ()) -> None:
        """Store settings, all or none; None goes back to the default."""

    def pin(self, extension: str) -> str:
        """Return the hash of a user's hot desk PIN, see :mod:`hotdesk_module.core.pins`; empty where there is none."""

    def pins(self) -> dict[str, int]:
        """Return who has a hot desk PIN: extension to when it was set."""

    def save_pin(self, extension: str, stored: str, at: int, events: Iterable[Event] = ()) -> None:
        """Store the hash of a hot desk PIN in place of the one before."""

    def remove_pin(self, extension: str, events: Iterable[Event] = ()) -> None:
        """Remove a hot desk PIN; without a word where there is none."""

    def weak_pins(self, extensions: Iterable[str] | None = None) -> dict[str, int]:
        """Return who had an easily guessed PIN at the last login, and when, all or those among ``extensions``. Which
        PIN, and what is weak about it, is stored nowhere."""

    def save_weak_pin(self, extension: str, at: int) -> None:
        """Note that a user has an easily guessed PIN; ``at`` 0: has it no more."""


class Inventory(Protocol):
    """FreePBX's own tables, read only. Every method raises LedgerDown when the database does not answer."""

    def devices(self, ids: Iterable[str] | None = None, users: Iterable[str] | None = None) -> tuple[Device, ...]:
        """Return all devices, or those with one of ``ids`` or belonging to one of ``users``."""

    def owners(self, users: Iterable[str] | None = None) -> dict[str, str]:
        """Return each device's user, of all devices or of those of ``users``; a device without one is not in it."""

    def users(self, extensions: Iterable[str] | None = None) -> tuple[User, ...]:
        """Return all users, or those among ``extensions``."""

    def flags(self) -> Flags:
        """Return the settings of FreePBX that matter here."""

    def transports(self, devices: Iterable[str]) -> dict[str, str]:
        """Return the SIP transport FreePBX has for a device, where it has one."""

    def feature_codes(self) -> tuple[FeatureCode, ...]:
        """Return every feature code there is, the disabled ones too."""

    def no_answer_destinations(self, extensions: Iterable[str]) -> dict[str, str]:
        """Return where FreePBX sends a call that an extension without a mailbox does not answer, where it is set."""

    def zone(self) -> str:
        """Return the name of the PBX's time zone, e.g. ``Europe/Berlin``; empty where FreePBX has none."""

    def groups(self) -> tuple[Group, ...]:
        """Return queues with their static members, ring groups, and follow-me lists with more than their owner; none
        of a kind whose module is not installed."""

    def queues(self) -> dict[str, str]:
        """Return FreePBX's queues, number to name, by number; none where its module is not installed."""

    def routes(self) -> tuple[Route, ...]:
        """Return the outbound routes in the order in which FreePBX asks them."""

    def forced_caller_ids(self) -> dict[str, str]:
        """Return the caller ID of each device that has one forced upon it (``force_callerid``) in place of its number
        and FreePBX's name for it."""

    def names_go_out(self) -> bool:
        """Return whether trunks get callers' names (not so with BLOCK_OUTBOUND_TRUNK_CNAM)."""

    def version(self) -> str:
        """Return FreePBX's version, e.g. ``16.0.40``; empty where it does not say."""

    def now(self) -> int:
        """Return the time by the clock of the database's server."""


class AstDb(Protocol):
    """Asterisk's database. Keys are written ``FAMILY/rest``. Every method raises AsteriskDown or Hangup."""

    def get(self, key: str) -> str | None:
        """Return a value, None where there is no such key."""

    def read(self, keys: Iterable[str]) -> dict[str, str | None]:
        """Return the values of these keys, None where there is no such key."""

    def put(self, key: str, value: str) -> None:
        """Set a key."""

    def delete(self, key: str) -> None:
        """Remove a key; without a word where it is absent."""

    def change(self, changes: Mapping[str, str | None]) -> None:
        """Set keys, and remove those that have no value here, in this order; where one fails, others may be done."""


class AstDbTree(AstDb, Protocol):
    """An AstDB that can be searched; the AGI channel cannot."""

    def matching(self, *patterns: str) -> dict[str, str]:
        """Return every key that matches one of some patterns; ``*`` stands for anything, as in ``DEVICE/*/user``.

        Raises:
            AsteriskDown: it does not answer, or not to the end.
            BadValue: a pattern has other characters than keys of FreePBX and of ours have.
        """


class Switchboard(Protocol):
    """What Asterisk shows and tells: hints, lamps, events, dialplan. Every method raises AsteriskDown."""

    def hints(self, extensions: Iterable[str]) -> dict[str, str | None]:
        """Return the hints of ``ext-local`` for these extensions, presence included; None where there is none."""

    def set_hint(self, extension: str, hint: str) -> None:
        """Replace a hint, commas and all (F§7)."""

    def set_lamp(self, name: str, state: str) -> None:
        """Set the device state ``Custom:<name>``, e.g. ``HDSK200`` to ``INUSE``."""

    def show(self, lamps: Mapping[str, str], hints: Mapping[str, str]) -> None:
        """Set lamps and replace hints, all at once; where one fails, the others are done."""

    def lamps(self, names: Iterable[str]) -> dict[str, str]:
        """Return the device states ``Custom:<name>`` as Asterisk shows them to whoever watches, of those it has ever
        shown; the AstDB may say otherwise where somebody wrote there."""

    def queues(self, users: Iterable[str] | None = None) -> Queues:
        """Return the queues, with all members that are users of FreePBX, or those among ``users``."""

    def join_queue(self, queue: str, user: str, name: str, penalty: int, by_hint: bool) -> None:
        """Make a user a dynamic member as FreePBX's ``*45`` does; without a word where he is in it.

        Args:
            by_hint: the queue calls him only while his hint is free.
        """

    def leave_queue(self, queue: str, user: str) -> None:
        """Take a dynamic member out; without a word where he is not in it, or is a static one, who stays."""

    def pause_in_queue(self, queue: str, user: str, paused: bool) -> None:
        """Pause or unpause a member; without a word where he is not in it."""

    def announce(self, events: Iterable[tuple[str, str, str]]) -> None:
        """Send events as core's own login does (F§6): ``UserDeviceAdded`` or ``UserDeviceRemoved``, user and phone."""

    def tell(self, event: str, **headers: str) -> None:
        """Send an event of our own to whoever listens; its name begins with ``HDSK``. No value has a line break."""

    def calls(self) -> dict[str, str]:
        """Return the legs of calls that their device has begun or answered: Asterisk's number of the channel to what it
        dials for the device, e.g. ``PJSIP/200``. A device that only rings is not in it."""

    def context(self, name: str) -> Context | None:
        """Return a context of the dialplan as Asterisk has it loaded; None where there is no such context."""

    def drop_global(self, name: str, value: str) -> None:
        """Empty a global variable of the dialplan where it has that value: no reload takes one away."""

    def contacts(self) -> tuple[Contact, ...]:
        """Return who has registered with Asterisk and where, phones and trunks; some of them at several places."""

    def messages(self, mailbox: str) -> Counts:
        """Return how many messages are in a mailbox such as ``1001@default``; none where there is no such mailbox."""

    def mailboxes(self, dial: str) -> tuple[str, ...]:
        """Return the mailboxes of which Asterisk itself tells a device, e.g. ``200@default`` for ``PJSIP/200``, unasked
        or when the device subscribes."""

    def show_messages(self, dial: str, counts: Counts) -> None:
        """Let a device's message lamp show that so many messages wait, wherever it is registered; without a word where
        it is not, or is no SIP phone."""

    def subscribers(self) -> frozenset[str]:
        """Return the devices that have subscribed to a mailbox, e.g. ``PJSIP/200``, instead of being told unasked."""

    def version(self) -> str:
        """Return Asterisk's version as it calls itself, e.g. ``20.9.3`` or ``certified/20.7-cert2``; empty where it
        does not say."""


class Reply(NamedTuple):
    """What a receiver on the web has answered: the status of HTTP, and after how many seconds."""

    status: int
    seconds: float


class Post(Protocol):
    """Sends to an address of the web."""

    def __call__(self, to: Address, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send ``body`` by POST and return the answer, whatever its status; no redirect is followed.

        Raises:
            WebhookFailed: there was no answer, or none in time.
        """
