"""Compares Asterisk with the ledger, and with FreePBX's tables where its own keys matter to us.

With thousands of phones this takes a good part of a second, so the answer is kept: the daemon's repair, once a minute,
gives it for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Callable, NamedTuple

from hotdesk_module.core import effects
from hotdesk_module.core.effects import Delete, Effect, Hint, Lamp, Membership, Put
from hotdesk_module.core.keys import LAMPS, OUR_LAMPS, is_ours
from hotdesk_module.core.model import Session, World
from hotdesk_module.core.repairs import Contradiction
from hotdesk_module.errors import UnsafePlan
from hotdesk_module.health.finding import ERROR, FORCE, OK, RECONCILE, WARNING, Finding
from hotdesk_module.health.said import Field, Said, counted, listed, phones, say, verbatim
from hotdesk_module.service import HotDesk, Repair

Findings = tuple[Finding, ...]

# The codes of what a comparison finds.
CODES = (
    "projection",
    "other_logins",
    "hints",
    "lamps",
    "queue_members",
    "deleted",
    "leftovers",
    "unsafe_plan",
    "phone_keys",
    "phone_names",
)

_ITSELF = say("A repair puts it right ('hotdesk doctor --fix'); the daemon does so by itself within a minute.")


class Comparison(NamedTuple):
    """What a comparison found, and when."""

    findings: Findings
    at: int


class Comparisons:
    """Remembers the last comparison, for all threads: it is replaced as a whole."""

    def __init__(self) -> None:
        self._last: Comparison | None = None

    def note(self, findings: Findings, at: int) -> None:
        """Remember what was found."""
        self._last = Comparison(findings, at)

    def forget(self) -> None:
        """Remember nothing: something has changed, or nobody could look."""
        self._last = None

    def last(self, since: int) -> Comparison | None:
        """Return the last comparison where it is not older than ``since``."""
        last = self._last
        return last if last is not None and last.at >= since else None


def compare(desk: HotDesk, world: World) -> Findings:
    """Look now; nothing is changed.

    Args:
        world: FreePBX's devices, as far as the pool is concerned.

    Raises:
        HotdeskError: the database or Asterisk does not answer.
    """
    try:
        return differs(desk.reconcile(dry_run=True), desk.ledger.sessions(), world)
    except UnsafePlan as error:
        return (unsafe(error),)


def in_line() -> Finding:
    """Return what is to be said where nothing differs."""
    return Finding("projection", OK, say("Asterisk is in line with who is logged in"))


def unsafe(error: UnsafePlan) -> Finding:
    """Return what is to be said where a repair waits for somebody to decide."""
    return Finding(
        "unsafe_plan",
        ERROR,
        say("A repair would log out many users for no recorded reason"),
        (verbatim(error.message),),
        (
            say(
                "If the tables are empty or another machine's, bring back the right ones first. Who is logged in goes"
                " on being so until you decide."
            ),
        ),
        FORCE,
    )


def repaired(done: Repair) -> Findings:
    """Return what is left to say after a repair."""
    return (in_line(), *_contradictions(done.contradictions))


def differs(found: Repair, sessions: Iterable[Session], world: World) -> Findings:
    """Return what is to be said of a comparison."""
    sorted_: dict[str, list[Effect]] = {}
    seats = {s.phone: s.user for s in sessions}
    for effect in found.effects:
        sorted_.setdefault(_kind(effect, seats, world), []).append(effect)
    findings = [*_deleted(found), *(_SAID[kind](sorted_[kind]) for kind in _SAID if kind in sorted_)]
    return (*(findings or [in_line()]), *_contradictions(found.contradictions))


def _kind(effect: Effect, seats: Mapping[str, str], world: World) -> str:
    """Return the code under which a difference is told."""
    if isinstance(effect, Hint):
        return "hints"
    if isinstance(effect, Lamp):
        return "lamps"
    if isinstance(effect, Membership):
        return "queue_members"
    family, _, rest = effect.key.partition("/")
    subject, _, name = rest.partition("/")
    if name == "hint":
        return "hints"
    if isinstance(effect, Delete):
        if effect.key.startswith((OUR_LAMPS, "HDSK/")) or (family == "CF" and is_ours(effect.old)):
            return "leftovers"
        if effect.key.startswith(LAMPS):
            return "lamps"
    strangers = (seats.get(subject), world.owner(subject))
    if isinstance(effect, Put) and (family, name) == ("DEVICE", "user") and effect.old not in (None, *strangers):
        return "other_logins"
    return "projection"


def _deleted(found: Repair) -> Iterator[Finding]:
    if found.ended:
        who = [_at(e.session.phone, e.session.user) for e in found.ended]
        yield Finding(
            "deleted",
            WARNING,
            counted(
                "A session of a user or a phone that FreePBX no longer has",
                "%(count)s sessions of users or phones that FreePBX no longer has",
                len(who),
            ),
            (say("%(who)s.", who=listed(who)),),
            (say("A repair ends them ('hotdesk doctor --fix'); the daemon does so by itself within a minute."),),
            RECONCILE,
        )


def _keys(found: list[Effect]) -> Finding:
    return Finding(
        "projection",
        WARNING,
        counted(
            "Asterisk differs from who is logged in, in 1 thing",
            "Asterisk differs from who is logged in, in %(count)s things",
            len(found),
        ),
        (say("%(what)s.", what=_names(found)), say("Calls may go elsewhere than they should.")),
        (_ITSELF,),
        RECONCILE,
    )


def _other_logins(found: list[Effect]) -> Finding:
    theirs = [(e.key.split("/")[1], str(e.old)) for e in found if isinstance(e, Put)]
    numbers = [phone for phone, _ in theirs]
    return Finding(
        "other_logins",
        WARNING,
        say("%(phones)s: Asterisk has somebody there of whom our tables know nothing", phones=phones(numbers)),
        (
            say("%(who)s.", who=listed([_at(phone, user) for phone, user in theirs])),
            say(
                "FreePBX's own user logon, another hot desking module or an older copy of Asterisk's database leaves"
                " such keys behind. 'none' there hangs up every call, emergency calls included."
            ),
        ),
        (_ITSELF,),
        RECONCILE,
        tuple(numbers),
    )


def _holds(found: Contradiction) -> Said:
    return say("%(key)s is '%(have)s'", key=found.key, have=found.have or "")


def _at(phone: str, user: str) -> Said:
    return say("%(user)s at %(phone)s", user=user, phone=phone)


def _hints(found: list[Effect]) -> Finding:
    return Finding(
        "hints",
        WARNING,
        counted("1 hint is not as it should be", "%(count)s hints are not as they should be", _extensions(found)),
        (
            say("%(what)s.", what=_names(found)),
            say("Busy lamps show the wrong phone, and queues may take the user for away."),
        ),
        (_ITSELF,),
        RECONCILE,
    )


def _extensions(found: list[Effect]) -> int:
    """Return how many extensions have a wrong hint, or a wrong note of it."""
    return len({e.extension if isinstance(e, Hint) else effects.name(e).split("/")[1] for e in found})


def _lamps(found: list[Effect]) -> Finding:
    return Finding(
        "lamps",
        WARNING,
        counted(
            "1 device state is not as it should be", "%(count)s device states are not as they should be", len(found)
        ),
        (
            say("%(what)s.", what=_names(found)),
            say("Lamps of login keys, of Do Not Disturb, of Call Forward or of queues are wrong."),
        ),
        (_ITSELF,),
        RECONCILE,
    )


def _members(found: list[Effect]) -> Finding:
    who = [say("%(user)s in queue %(queue)s", user=e.user, queue=e.queue) for e in found if isinstance(e, Membership)]
    return Finding(
        "queue_members",
        WARNING,
        counted(
            "1 user is not in a queue as the login or logout says",
            "%(count)s users are not in queues as their logins and logouts say",
            len({e.user for e in found if isinstance(e, Membership)}),
        ),
        (
            say("%(who)s.", who=listed(who)),
            say("Queues may call whoever sits nowhere, or not call whoever sits somewhere."),
        ),
        (_ITSELF,),
        RECONCILE,
    )


def _leftovers(found: list[Effect]) -> Finding:
    return Finding(
        "leftovers",
        WARNING,
        counted(
            "1 key of ours is left over that nothing needs",
            "%(count)s keys of ours are left over that nothing needs",
            len(found),
        ),
        (say("%(what)s.", what=_names(found)),),
        (_ITSELF,),
        RECONCILE,
    )


# In the order in which they are told.
_SAID: dict[str, Callable[[list[Effect]], Finding]] = {
    "other_logins": _other_logins,
    "projection": _keys,
    "hints": _hints,
    "lamps": _lamps,
    "queue_members": _members,
    "leftovers": _leftovers,
}


def _contradictions(found: tuple[Contradiction, ...]) -> Iterator[Finding]:
    names = [c for c in found if c.key.startswith("AMPUSER/") and c.have is not None]
    keys = [c for c in found if c not in names]
    if keys:
        numbers = tuple(dict.fromkeys(c.phone for c in keys))
        yield Finding(
            "phone_keys",
            ERROR,
            say("%(phones)s: Asterisk's database has not what FreePBX's tables have", phones=phones(numbers)),
            (
                say("%(what)s.", what=listed([c.key for c in keys])),
                say("The phone may not ring, or an emergency call from it may show a wrong place."),
            ),
            (
                say(
                    "Open the phone's extension in FreePBX, click Submit, and then Apply Config. Where very many are"
                    " concerned, 'fwconsole util resetastdb' writes all of them; virtual extensions have to be"
                    " submitted again after that, and numbers under CID Num Alias entered again."
                ),
            ),
            phones=numbers,
        )
    if names:
        numbers = tuple(dict.fromkeys(c.phone for c in names))
        yield Finding(
            "phone_names",
            WARNING,
            say("%(phones)s: calls from there carry somebody else's name or number", phones=phones(numbers)),
            (
                say(
                    "%(what)s.",
                    what=listed([_holds(c) for c in names]),
                ),
                say("A hot desking module that changes a phone's own name and number leaves them behind."),
            ),
            (
                say(
                    "Open the phone's extension in FreePBX, look at Display Name and CID Num Alias, click Submit, and"
                    " then Apply Config."
                ),
            ),
            phones=numbers,
        )


def _names(found: Iterable[Effect]) -> Field:
    return listed([effects.name(e) for e in found])
