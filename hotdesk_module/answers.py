"""What programs are told, by the command line and by the panel alike: data that becomes JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hotdesk_module.controls import Lock, Setting
from hotdesk_module.core.delivery import Delivery
from hotdesk_module.core.effects import Delete, Effect, Lamp, Membership, Put
from hotdesk_module.core.expiry import End, last_activity
from hotdesk_module.core.model import Contact, Device, Event, Phone, Session
from hotdesk_module.core.pool import show_mac
from hotdesk_module.core.webhook import Hook
from hotdesk_module.ports import Reply
from hotdesk_module.service import Outcome, Repair
from hotdesk_module.times import iso

Data = dict[str, Any]


def phone(stored: Phone) -> Data:
    """Return the fields of a phone of the pool."""
    return {**stored._asdict(), "mac": show_mac(stored.mac)}


def phone_seen(stored: Phone, device: Device | None, transport: str | None, session: Session | None) -> Data:
    """Return a phone with what FreePBX has for it and who sits there; null where there is none."""
    return {
        **phone(stored),
        "tech": device.tech if device else None,
        "transport": transport,
        "user": session.user if session else None,
        "since": iso(session.since) if session else None,
    }


def registration(device: str, registrations: Mapping[str, Contact] | None) -> Data:
    """Return whether a device is registered, and where and as what; null where nobody knows."""
    contact = (registrations or {}).get(device)
    return {
        "registered": None if registrations is None else contact is not None,
        "address": (contact and contact.address) or None,
        "port": (contact and contact.port) or None,
        "agent": (contact and contact.agent) or None,
        "reachable": contact.reachable if contact else None,
        "round_trip_us": contact.round_trip if contact else None,
    }


def session(sitting: Session, name: str, label: str, now: int, end: End | None) -> Data:
    """Return who sits where, with the names that go with the numbers.

    Args:
        end: when the session ends by itself; null where it does not.
    """
    return {
        "user": sitting.user,
        "name": name,
        "phone": sitting.phone,
        "label": label,
        "since": iso(sitting.since),
        "seconds": max(0, now - sitting.since),
        "active": iso(last_activity(sitting, now)),
        "until": iso(end.at) if end else None,
        "until_why": end.why if end else None,
    }


def event(happened: Event) -> Data:
    """Return a line of the history."""
    return {
        "id": happened.id,
        "at": iso(happened.at),
        "event": happened.event,
        "phone": happened.phone,
        "user": happened.user,
        "source": happened.source,
        "actor": happened.actor,
        "code": happened.code,
        "detail": happened.detail,
        "applied": happened.applied,
    }


def told(happened: Event, kind: str, pbx: str, seen: Phone | None, name: str) -> Data:
    """Return what a webhook is told of an event.

    Args:
        kind: what the event is to a webhook.
        pbx: the machine's name.
        seen: the phone, where it is in the pool still.
        name: the user's, or empty.
    """
    line = event(happened)
    return {
        "id": happened.id,
        "event": kind,
        "at": line["at"],
        "pbx": pbx,
        "phone": happened.phone,
        "label": seen.label if seen else "",
        "location": seen.location if seen else "",
        "user": happened.user,
        "name": name,
        **{field: line[field] for field in ("source", "actor", "code", "detail")},
    }


def webhook(hook: Hook | None, so_far: Delivery | None, waiting: int) -> Data:
    """Return how a webhook takes what it is told; ``waiting``: how many events it has still to be told."""
    at = so_far or Delivery(0)
    return {
        "to": hook.to.place if hook else None,
        "events": list(hook.kinds) if hook else [],
        "waiting": waiting,
        "last_told": iso(at.told_at) if at.told_at else None,
        "failing_since": iso(at.failing_since) if at.failing_since else None,
        "tries": at.tries,
        "error": at.error or None,
        "given_up": at.given_up,
        "last_given_up": iso(at.given_up_at) if at.given_up_at else None,
    }


def tested(hook: Hook, reply: Reply) -> Data:
    """Return what became of a test."""
    return {"to": hook.to.place, "status": reply.status, "seconds": round(reply.seconds, 3)}


def ended(outcomes: Iterable[Outcome]) -> Data:
    """Return which sessions ended, and whether Asterisk follows already."""
    outcomes = tuple(outcomes)
    endings = [{"phone": e.session.phone, "user": e.session.user, "why": e.why} for o in outcomes for e in o.ended]
    return {"ended": endings, "applied": all(o.applied for o in outcomes)}


def repair(done: Repair, dry_run: bool) -> Data:
    """Return what a repair found."""
    return {
        "dry_run": dry_run,
        "ended": [{"phone": e.session.phone, "user": e.session.user, "why": e.why} for e in done.ended],
        "effects": [effect(e) for e in done.effects],
    }


def effect(one: Effect) -> Data:
    """Return a change of Asterisk."""
    if isinstance(one, Delete):
        return {"change": "remove", "what": one.key, "now": one.old, "wanted": None}
    if isinstance(one, Put):
        return {"change": "set", "what": one.key, "now": one.old, "wanted": one.value}
    if isinstance(one, Lamp):
        return {"change": "lamp", "what": f"Custom:{one.name}", "now": None, "wanted": one.state}
    if isinstance(one, Membership):
        return {"change": one.change, "what": one.queue, "now": None, "wanted": one.user}
    return {"change": "hint", "what": one.extension, "now": one.old, "wanted": one.hint}


def setting(one: Setting) -> Data:
    """Return a setting, its value and what it may be."""
    spec = one.spec
    return {
        "name": spec.name,
        "value": one.value,
        "default": spec.default,
        "changed": one.changed,
        "choices": list(spec.choices),
        "range": [spec.low, spec.high] if spec.number else None,
        "help": spec.help,
    }


def lock(one: Lock) -> Data:
    """Return the wrong PINs of a user or a phone, and the lock that followed."""
    return {
        "kind": one.kind,
        "subject": one.subject,
        "locked": bool(one.locked_until),
        "locked_until": iso(one.locked_until) if one.locked_until else None,
        "failures": one.failures,
        "last_failure": iso(one.last_at) if one.last_at else None,
        "locks": one.locks,
    }
