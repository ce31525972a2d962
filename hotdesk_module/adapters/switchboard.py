"""Hints, lamps and events by Asterisk's manager interface; no reload, about 0.2 ms each (V)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import starmap
from typing import Protocol

from hotdesk_module.core import messages, registration
from hotdesk_module.core.messages import Counts
from hotdesk_module.core.model import Contact
from hotdesk_module.core.queues import Member, Queues
from hotdesk_module.errors import AsteriskDown
from hotdesk_module.ports import Context

CONTEXT = "ext-local"

# Of more than these, all hints at once are sooner read than each.
MANY = 1000
# ExtensionState cuts a hint at this length, ExtensionStateList does not (seen on 22).
CUT = 255
# Of more users than these, all members of all queues are sooner read than those of each.
FEW = 5
# What a NOTIFY says of itself.
_SUMMARY = (
    ("Variable", "Event=message-summary"),
    ("Variable", "Content-Type=application/simple-message-summary"),
)


# A name, and headers in their order.
Action = tuple[str, tuple[tuple[str, str], ...]]


class Headers(Protocol):
    """A response or an event of the manager."""

    def get(self, name: str, default: str = "") -> str:
        """Return a header."""

    def all(self, name: str) -> list[str]:
        """Return every header of a name."""


class Answer(Protocol):
    """What the manager answered to an action."""

    @property
    def ok(self) -> bool:
        """Return whether Asterisk did it."""

    @property
    def text(self) -> str:
        """Return why not."""

    @property
    def message(self) -> Headers:
        """Return the response."""

    @property
    def events(self) -> tuple[Headers, ...]:
        """Return the events of a list."""


class Manager(Protocol):
    """The part of :class:`hotdesk_module.adapters.ami.Ami` that is needed here."""

    def action(self, name: str, *more: tuple[str, str], **headers: str) -> Answer:
        """Send an action and return its answer."""

    def demand(self, name: str, *more: tuple[str, str], **headers: str) -> Answer:
        """Send an action that must succeed."""

    def demands(self, wanted: Sequence[Action]) -> Sequence[Answer]:
        """Send actions at once, each of which must succeed."""


def leg(event: Headers) -> tuple[str, str] | None:
    """Return number and device of an event's channel; None unless the device began or answered the call.

    ``Ring`` is a phone that dials, ``Up`` one that was answered or has answered; one that is called is ``Down``, and
    ``Ringing``. A channel is called after what was dialled for it: ``PJSIP/200-0000001a``.
    """
    device = event.get("Channel").rpartition("-")[0]
    if event.get("ChannelStateDesc") not in ("Ring", "Up") or not device.startswith(("PJSIP/", "SIP/")):
        return None
    return event.get("Uniqueid"), device


class AmiSwitchboard:
    """See :class:`hotdesk_module.ports.Switchboard`."""

    def __init__(self, ami: Manager) -> None:
        self._ami = ami

    def hints(self, extensions: Iterable[str]) -> dict[str, str | None]:
        """Return the hints of ``ext-local`` for these extensions, presence included; None where there is none."""
        wanted = tuple(dict.fromkeys(extensions))
        if len(wanted) <= MANY:
            asked = [("ExtensionState", (("Context", CONTEXT), ("Exten", w))) for w in wanted]
            found = {w: answer.message.get("Hint") for w, answer in zip(wanted, self._ami.demands(asked))}
            if all(len(hint.encode("utf-8", "surrogateescape")) < CUT for hint in found.values()):
                return {extension: hint or None for extension, hint in found.items()}
        listed = self._ami.demand("ExtensionStateList").events
        known = {e.get("Exten"): e.get("Hint") for e in listed if e.get("Context") == CONTEXT}
        return {extension: known.get(extension) or None for extension in wanted}

    def set_hint(self, extension: str, hint: str) -> None:
        """Replace a hint, commas and all; the console's command would cut it at the comma (F§7)."""
        self.show({}, {extension: hint})

    def set_lamp(self, name: str, state: str) -> None:
        """Set the device state ``Custom:<name>``."""
        self.show({name: state}, {})

    def show(self, lamps: Mapping[str, str], hints: Mapping[str, str]) -> None:
        """Set device states ``Custom:<name>``, then hints, all with one question."""
        self._ami.demands([*starmap(_lamp, lamps.items()), *starmap(_hint, hints.items())])

    def lamps(self, names: Iterable[str]) -> dict[str, str]:
        """Return the device states ``Custom:<name>`` as Asterisk shows them; none where it does not say."""
        wanted = {f"Custom:{name}": name for name in names}
        listed = self._list("DeviceStateList") if wanted else ()
        return {wanted[e.get("Device")]: e.get("State") for e in listed if e.get("Device") in wanted}

    def queues(self, users: Iterable[str] | None = None) -> Queues:
        """Return the queues, with all members that are users of FreePBX, or those among ``users``."""
        wanted = None if users is None else tuple(dict.fromkeys(users))
        numbers: set[str] = set()
        members: dict[tuple[str, str], Member] = {}
        for filtered in ({},) if wanted is None or len(wanted) > FEW else ({"Member": _interface(u)} for u in wanted):
            for event in self._list("QueueStatus", **filtered):
                queue = event.get("Queue")
                if event.get("Event") == "QueueParams":
                    numbers.add(queue)
                user = _user(event.get("Location"))
                if event.get("Event") == "QueueMember" and user and (wanted is None or user in wanted):
                    dynamic, paused = event.get("Membership") == "dynamic", event.get("Paused") == "1"
                    members[queue, user] = Member(dynamic, paused)
        started = self._ami.demand("CoreStatus").message
        run = f"{started.get('CoreStartupDate')} {started.get('CoreStartupTime')}"
        return Queues(run, frozenset(numbers), members)

    def join_queue(self, queue: str, user: str, name: str, penalty: int, by_hint: bool) -> None:
        """Make a user a dynamic member as FreePBX's ``*45`` does; without a word where he is in it."""
        watched = {"StateInterface": f"hint:{user}@{CONTEXT}"} if by_hint else {}
        more = {"MemberName": name, "Penalty": str(penalty), **watched}
        if self._unless(("Already there",), "QueueAdd", Queue=queue, Interface=_interface(user), **more):
            self._ami.demand("UserEvent", UserEvent="AgentLogin", Agent=user)

    def leave_queue(self, queue: str, user: str) -> None:
        """Take a dynamic member out; without a word where he is not in it, or is a static one, who stays."""
        if self._unless(("Not there", "not dynamic"), "QueueRemove", Queue=queue, Interface=_interface(user)):
            self._ami.demand("UserEvent", UserEvent="RefreshQueue")

    def pause_in_queue(self, queue: str, user: str, paused: bool) -> None:
        """Pause or unpause a member; without a word where he is not in it."""
        state = "true" if paused else "false"
        self._unless(("Interface not found",), "QueuePause", Queue=queue, Interface=_interface(user), Paused=state)

    def announce(self, events: Iterable[tuple[str, str, str]]) -> None:
        """Send events as core's own login does (F§6): ``UserDeviceAdded`` or ``UserDeviceRemoved``, user and phone."""
        self._ami.demands([("UserEvent", (("UserEvent", e), ("Data", f"{user},{phone}"))) for e, user, phone in events])

    def tell(self, event: str, **headers: str) -> None:
        """Send an event of our own."""
        self._ami.demand("UserEvent", UserEvent=event, **headers)

    def calls(self) -> dict[str, str]:
        """Return the legs of calls that their device has begun or answered."""
        return dict(filter(None, map(leg, self._ami.demand("CoreShowChannels").events)))

    def context(self, name: str) -> Context | None:
        """Return a context of the dialplan as it is loaded."""
        answer = self._ami.action("ShowDialPlan", Context=name)
        if not answer.ok:
            if "not find context" in answer.text:
                return None
            raise AsteriskDown(f"Asterisk's manager refuses to show the dialplan: {answer.text}.")
        lines = [e for e in answer.events if e.get("Context") == name]
        extensions = {e.get("Extension") for e in lines if e.get("Priority") != "hint"}
        includes = [e.get("IncludeContext") for e in lines if e.get("IncludeContext")]
        return Context(frozenset(extensions - {""}), tuple(includes))

    def drop_global(self, name: str, value: str) -> None:
        """Empty a global variable of the dialplan where it has that value."""
        if self._ami.demand("Getvar", Variable=name).message.get("Value") == value:
            self._ami.demand("Setvar", Variable=name, Value="")

    def contacts(self) -> tuple[Contact, ...]:
        """Return who has registered with Asterisk and where."""
        pjsip = (registration.pjsip(e.get) for e in self._list("PJSIPShowContacts", nothing="No Contacts found"))
        sip = (registration.sip(e.get) for e in self._list("SIPpeers"))
        return tuple(c for c in (*pjsip, *sip) if c is not None)

    def messages(self, mailbox: str) -> Counts:
        """Return how many messages are in a mailbox, urgent ones among the new, as Asterisk counts them for lamps."""
        counted = self._ami.demand("MailboxCount", Mailbox=mailbox).message
        new, urgent, old = (_number(counted.get(f"{kind}Messages")) for kind in ("New", "Urg", "Old"))
        return Counts(new + urgent, old)

    def mailboxes(self, dial: str) -> tuple[str, ...]:
        """Return the mailboxes of which Asterisk itself tells a device."""
        technology, _, name = dial.partition("/")
        if technology == "SIP":
            return messages.mailboxes(self._variable(f"SIPPEER({name},mailbox)"))
        if technology != "PJSIP":
            return ()
        # Where FreePBX has "solicited" for a device, only its address of record has them, which bears the same name.
        asked = [("Getvar", (("Variable", f"PJSIP_{kind}({name},mailboxes)"),)) for kind in ("ENDPOINT", "AOR")]
        told = [answer.message.get("Value") for answer in self._ami.demands(asked)]
        return messages.mailboxes(told[0] or told[1])

    def show_messages(self, dial: str, counts: Counts) -> None:
        """Send a NOTIFY outside of any dialog, as Asterisk's own for devices that did not subscribe."""
        technology, _, name = dial.partition("/")
        # An empty last line: what a phone reads line by line ends with a line's end.
        content = [("Variable", f"Content={line}") for line in (*messages.summary(counts), "")]
        if technology == "PJSIP":
            to = ("PJSIPNotify", ("Endpoint", name))
        elif technology == "SIP":
            to = ("SIPnotify", ("Channel", name))
        else:
            return
        answer = self._ami.action(to[0], to[1], *_SUMMARY, *content)
        # A device that FreePBX has not given to Asterisk yet, or that is not registered, is told nothing.
        if not answer.ok and "Permission" in answer.text:
            raise AsteriskDown(f"Asterisk's manager refuses {to[0]}: {answer.text}.")

    def subscribers(self) -> frozenset[str]:
        """Return the devices that have subscribed to a mailbox.

        By a console command that lists what fits: the action lists every lamp that watches anybody. Phones of chan_sip
        are not looked at.
        """
        answer = self._ami.action("Command", Command="pjsip show subscriptions inbound like /message-summary")
        endpoint, found = "", set()
        for line in answer.message.all("Output") if answer.ok else ():
            if line.startswith("Endpoint: "):
                endpoint = line[len("Endpoint: ") :].partition("/")[0].strip()
            elif line.startswith("Resource: ") and line.rstrip().endswith("/message-summary"):
                found.add(f"PJSIP/{endpoint}")
        return frozenset(found)

    def _variable(self, name: str) -> str:
        """Return what a function of the dialplan says; empty where there is no such function or object."""
        return self._ami.demand("Getvar", Variable=name).message.get("Value")

    def version(self) -> str:
        """Return Asterisk's version; empty where it does not say."""
        answer = self._ami.action("CoreSettings")
        return answer.message.get("AsteriskVersion") if answer.ok else ""

    def _unless(self, moot: tuple[str, ...], action: str, **headers: str) -> bool:
        """Send an action that changes a queue; return whether Asterisk did it.

        Args:
            moot: errors by which Asterisk says that there is nothing to do; that there is no such queue, or none at
                all, are others.
        """
        answer = self._ami.action(action, **headers)
        if answer.ok or any(why in answer.text for why in (*moot, "No such queue", "unknown command")):
            return answer.ok
        raise AsteriskDown(f"Asterisk's manager refuses {action}: {answer.text}.")

    def _list(self, action: str, nothing: str = "", **headers: str) -> tuple[Headers, ...]:
        """Return a list; it is empty where the channel driver that has it is not loaded.

        Args:
            nothing: the error by which Asterisk says that the list is empty.
        """
        answer = self._ami.action(action, **headers)
        if answer.ok:
            return answer.events
        if "unknown command" in answer.text or (nothing and nothing in answer.text):
            return ()
        raise AsteriskDown(f"Asterisk's manager refuses {action}: {answer.text}.")


def _lamp(name: str, state: str) -> Action:
    return "Setvar", (("Variable", f"DEVICE_STATE(Custom:{name})"), ("Value", state))


def _hint(extension: str, hint: str) -> Action:
    where = (("Context", CONTEXT), ("Extension", extension), ("Priority", "hint"))
    return "DialplanExtensionAdd", (*where, ("Application", hint), ("Replace", "yes"))


def _interface(user: str) -> str:
    """Return what FreePBX calls a user as a member of a queue."""
    return f"Local/{user}@from-queue/n"


def _user(interface: str) -> str:
    """Return the user of an interface; empty where it is no user's."""
    user = interface[len("Local/") : -len("@from-queue/n")]
    return user if user.isascii() and user.isdigit() and interface == _interface(user) else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
