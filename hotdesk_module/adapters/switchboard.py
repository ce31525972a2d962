"""Hints, lamps and events by Asterisk's manager interface; no reload, about 0.2 ms each (V)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from hotdesk_module.core import registration
from hotdesk_module.core.model import Contact
from hotdesk_module.errors import AsteriskDown
from hotdesk_module.ports import Context

CONTEXT = "ext-local"

# Of more than these, all hints at once are sooner read than each.
MANY = 50
# ExtensionState cuts a hint at this length, ExtensionStateList does not (seen on 22).
CUT = 255


class Headers(Protocol):
    """A response or an event of the manager."""

    def get(self, name: str, default: str = "") -> str:
        """Return a header."""


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
            found = {
                w: self._ami.demand("ExtensionState", Context=CONTEXT, Exten=w).message.get("Hint") for w in wanted
            }
            if all(len(hint.encode("utf-8", "surrogateescape")) < CUT for hint in found.values()):
                return {extension: hint or None for extension, hint in found.items()}
        listed = self._ami.demand("ExtensionStateList").events
        known = {e.get("Exten"): e.get("Hint") for e in listed if e.get("Context") == CONTEXT}
        return {extension: known.get(extension) or None for extension in wanted}

    def set_hint(self, extension: str, hint: str) -> None:
        """Replace a hint, commas and all; the console's command would cut it at the comma (F§7)."""
        self._ami.demand(
            "DialplanExtensionAdd",
            Context=CONTEXT,
            Extension=extension,
            Priority="hint",
            Application=hint,
            Replace="yes",
        )

    def set_lamp(self, name: str, state: str) -> None:
        """Set the device state ``Custom:<name>``."""
        self._ami.demand("Setvar", Variable=f"DEVICE_STATE(Custom:{name})", Value=state)

    def lamps(self, names: Iterable[str]) -> dict[str, str]:
        """Return the device states ``Custom:<name>`` as Asterisk shows them; none where it does not say."""
        wanted = {f"Custom:{name}": name for name in names}
        listed = self._list("DeviceStateList") if wanted else ()
        return {wanted[e.get("Device")]: e.get("State") for e in listed if e.get("Device") in wanted}

    def announce(self, event: str, user: str, phone: str) -> None:
        """Send ``UserDeviceAdded`` or ``UserDeviceRemoved`` as core's own login does (F§6)."""
        self._ami.demand("UserEvent", UserEvent=event, Data=f"{user},{phone}")

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

    def contacts(self) -> tuple[Contact, ...]:
        """Return who has registered with Asterisk and where."""
        pjsip = (registration.pjsip(e.get) for e in self._list("PJSIPShowContacts", nothing="No Contacts found"))
        sip = (registration.sip(e.get) for e in self._list("SIPpeers"))
        return tuple(c for c in (*pjsip, *sip) if c is not None)

    def version(self) -> str:
        """Return Asterisk's version; empty where it does not say."""
        answer = self._ami.action("CoreSettings")
        return answer.message.get("AsteriskVersion") if answer.ok else ""

    def _list(self, action: str, nothing: str = "") -> tuple[Headers, ...]:
        """Return a list; it is empty where the channel driver that has it is not loaded.

        Args:
            nothing: the error by which Asterisk says that the list is empty.
        """
        answer = self._ami.action(action)
        if answer.ok:
            return answer.events
        if "unknown command" in answer.text or (nothing and nothing in answer.text):
            return ()
        raise AsteriskDown(f"Asterisk's manager refuses {action}: {answer.text}.")
