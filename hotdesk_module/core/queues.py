"""Queues follow the person: who sits down is logged in to a queue, or unpaused there, and who leaves the reverse.

It is done once, when somebody sits down or leaves: who steps out of a queue meanwhile (``*45``), or takes a break
(``*46``), is not put back a minute later. So what was done is remembered, and in which run of Asterisk, for a restart
forgets a static member's pause, and without FreePBX's ``persistentmembers`` every dynamic member.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hotdesk_module.core.effects import JOIN, LEAVE, PAUSE, UNPAUSE, Membership
from hotdesk_module.core.keys import LAMPS, OFF, QUEUE, queue_lamp
from hotdesk_module.core.model import Event, Keys, Session, World

# What a rule says: nothing; in at login and out at logout; unpaused at login and paused at logout.
UNTOUCHED, LOGIN, BREAK = "untouched", "login", "pause"
MODES = (UNTOUCHED, LOGIN, BREAK)

# What was done last. By LOGIN: made a member; found as one, who stays; taken out, or left in.
JOINED, FOUND, LEFT = "joined", "found", "left"
# By BREAK: unpaused; paused; away and no member.
FREED, PAUSED, ABSENT = "freed", "paused", "absent"
_OF_MODE: dict[str, tuple[str, ...]] = {
    UNTOUCHED: (),
    LOGIN: (JOINED, FOUND, LEFT),
    BREAK: (FREED, PAUSED, ABSENT),
}
_TAKEN_BACK = (JOINED, PAUSED)

Actual = Mapping[str, "str | None"]


class Rule(NamedTuple):
    """What a queue is to a user.

    Attributes:
        mode: one of MODES; UNTOUCHED only where something is still to be taken back.
        done: what was done last; empty: nothing.
        run: the run of Asterisk in which it was done.
    """

    user: str
    queue: str
    mode: str
    done: str = ""
    run: str = ""

    def turned(self, mode: str) -> Rule:
        """Return it with another mode, which takes back what this one has done."""
        return self._replace(mode=mode, done=self.done if mode == self.mode or self.done in _TAKEN_BACK else "")

    @property
    def over(self) -> bool:
        """Return whether nothing is left of it."""
        return self.mode == UNTOUCHED and not self.done


class Member(NamedTuple):
    """Somebody in a queue.

    Attributes:
        dynamic: logged in, by ``*45`` or by us. Else the queue's form in FreePBX lists him, and he is never removed.
    """

    dynamic: bool
    paused: bool = False


class Queues(NamedTuple):
    """The queues of Asterisk.

    Attributes:
        run: tells one run of Asterisk from another.
        numbers: those there are.
        members: (queue, user) to the member, as far as they were asked for.
    """

    run: str = ""
    numbers: frozenset[str] = frozenset()
    members: Mapping[tuple[str, str], Member] = {}


class Plan(NamedTuple):
    """What is to be done.

    Attributes:
        first: rules to store beforehand: after a death between a login to a queue and writing it down, a member of ours
            would pass for one who logged in by himself. Of no run yet, so that the next look makes sure.
        effects: what to do.
        then: rules to store afterwards.
        queues: what the queues are then.
    """

    first: tuple[Rule, ...]
    effects: tuple[Membership, ...]
    then: tuple[Rule, ...]
    queues: Queues


def needs(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the keys that say whether and how somebody may log in to a queue, for :func:`plan`."""
    wanted = [r for r in rules if r.mode == LOGIN]
    keys = [key(r) for r in wanted for key in (_restricted, _penalty, _name, _state)]
    return tuple(dict.fromkeys(keys))


def may_join(rule: Rule, actual: Actual) -> bool:
    """Return whether FreePBX would let a user log in to a queue: some take only those whom their form lists."""
    return (actual.get(_restricted(rule)) or "").lower() != "yes" or actual.get(_penalty(rule)) is not None


def plan(
    rules: Iterable[Rule], sessions: Iterable[Session], events: Iterable[Event], queues: Queues, actual: Actual
) -> Plan:
    """Return what makes queues follow.

    Args:
        sessions: at least those of the rules' users.
        events: what has just happened, or is not applied yet.
        actual: the present values of :func:`needs`.
    """
    seated = {s.user for s in sessions}
    arrived = {e.user for e in events if e.event == "login"}
    first: list[Rule] = []
    then: list[Rule] = []
    effects: list[Membership] = []
    members = dict(queues.members)
    for rule in rules:
        if rule.queue not in queues.numbers:
            # Not loaded yet, or deleted: there is nothing to do, and nothing to forget.
            continue
        step = _Step(rule, members.get((rule.queue, rule.user)), actual)
        step.take(rule.user in seated, rule.user in arrived, rule.run != queues.run)
        new = rule._replace(done=step.done, run=queues.run)
        effects += step.effects
        if step.member is not None:
            members[rule.queue, rule.user] = step.member
        else:
            members.pop((rule.queue, rule.user), None)
        joins = any(e.change == JOIN for e in step.effects)
        if joins:
            first.append(new._replace(run=""))
        if joins or new != rule:
            then.append(new)
    return Plan(tuple(first), tuple(effects), tuple(then), queues._replace(members=members))


class _Step:
    """One rule, and what is done about it."""

    def __init__(self, rule: Rule, member: Member | None, actual: Actual) -> None:
        self._rule = rule
        self._actual = actual
        self.member = member
        self.done = rule.done
        self.effects: list[Membership] = []

    def take(self, seated: bool, arrived: bool, restarted: bool) -> None:
        mode = self._rule.mode
        if self.done not in _OF_MODE[mode]:
            self._take_back()
        if mode == LOGIN:
            self.done = self._login(seated, arrived or restarted)
        elif mode == BREAK:
            self.done = self._break(seated, arrived, restarted)

    def _take_back(self) -> None:
        """Undo what another mode has done."""
        if self.done == JOINED and self.member is not None and self.member.dynamic:
            self._do(LEAVE)
        elif self.done == PAUSED and self.member is not None and self.member.paused:
            self._do(UNPAUSE)
        self.done = ""

    def _login(self, seated: bool, anew: bool) -> str:
        if not seated:
            if self.done == JOINED and self.member is not None and self.member.dynamic:
                self._do(LEAVE)
            return LEFT if self.done else ""
        if self.done in (JOINED, FOUND) and (self.member is not None or not anew):
            return self.done
        if self.member is not None:
            return FOUND
        if not may_join(self._rule, self._actual):
            return ""
        self._do(JOIN)
        return JOINED

    def _break(self, seated: bool, arrived: bool, restarted: bool) -> str:
        if seated:
            if (self.done != FREED or arrived) and self.member is not None and self.member.paused:
                self._do(UNPAUSE)
            return FREED
        if self.done == PAUSED and not restarted:
            return PAUSED
        # Who logs in to a queue without sitting anywhere wants its calls.
        if self.member is None or (self.done == ABSENT and self.member.dynamic):
            return ABSENT
        if not self.member.paused:
            self._do(PAUSE)
        return PAUSED

    def _do(self, change: str) -> None:
        rule = self._rule
        effect = Membership(rule.queue, rule.user, change)
        if change == JOIN:
            penalty = (self._actual.get(_penalty(rule)) or "").strip()
            effect = effect._replace(
                name=self._actual.get(_name(rule)) or rule.user,
                penalty=int(penalty) if penalty.isascii() and penalty.isdigit() and len(penalty) < 10 else 0,
                by_hint=self._actual.get(_state(rule)) != "ignorestate",
            )
            self.member = Member(dynamic=True)
        elif change == LEAVE:
            self.member = None
        elif self.member is not None:
            self.member = self.member._replace(paused=change == PAUSE)
        self.effects.append(effect)


# Lamps


def devices(world: World, sessions: Iterable[Session], phones: Iterable[str], users: Iterable[str]) -> dict[str, str]:
    """Return who is at each of ``phones`` and of the own devices of ``users``, a virtual one among them."""
    found = {phone: world.owner(phone) for phone in phones if phone in world.devices}
    for user, own in world.own_devices_of(users).items():
        found.update(dict.fromkeys(own, user))
    found.update((s.phone, s.user) for s in sessions if s.phone in found)
    return found


def looked_at(at: Iterable[str], *queues: Queues) -> tuple[str, ...]:
    """Return the keys of the lamps of devices, of all queues that one of the users asked about is or was in."""
    numbers = sorted({queue for one in queues for queue, _ in one.members})
    return tuple(queue_lamp(device, queue) for device in at for queue in numbers)


def lamps(at: Mapping[str, str], queues: Queues, actual: Actual) -> Keys:
    """Return how the lamps of devices should be: lit where the user there is logged in to the queue.

    ``*45`` lights those of the devices it finds in ``AMPUSER/<user>/device``, and nothing else does: not those of the
    desk where its user sits down afterwards, nor does anything put them out when he leaves. Those of static members
    stay as ``*45`` has left them. None: off, and without a key.

    Args:
        at: device to who is there.
        actual: the present values of the lamps.
    """
    there: dict[str, list[str]] = {}
    for device, user in at.items():
        there.setdefault(user, []).append(device)
    lit = {queue_lamp(d, q) for (q, u), member in queues.members.items() if member.dynamic for d in there.get(u, ())}
    keys: Keys = dict.fromkeys(sorted(lit), "INUSE")
    begin = f"{LAMPS}{QUEUE}"
    for key, value in actual.items():
        if key.startswith(begin) and value not in (None, OFF) and key not in lit:
            device, _, queue = key[len(begin) :].partition("*")
            if device in at and (queue, at[device]) not in queues.members:
                keys[key] = None
    return keys


def _restricted(rule: Rule) -> str:
    return f"QPENALTY/{rule.queue}/dynmemberonly"


def _penalty(rule: Rule) -> str:
    return f"QPENALTY/{rule.queue}/agents/{rule.user}"


def _name(rule: Rule) -> str:
    return f"AMPUSER/{rule.user}/cidname"


def _state(rule: Rule) -> str:
    return f"AMPUSER/{rule.user}/queues/qnostate"
