"""Locks against guessing: how many wrong PINs lock, for how long, and when it is forgotten.

Wrong PINs are counted for the phone they are entered at and for the user they are entered for. A phone is locked after
a few, for everybody; a user only after many more than one phone gets, so that nobody at one phone can keep somebody
from the others. docs/admin.md has the sums, docs/decisions.md the reasons.
"""

from __future__ import annotations

from typing import NamedTuple

from hotdesk_module.core.settings import Settings

USER = "user"
PHONE = "phone"

# A phone is locked as well after so many times `lock_failures` wrong PINs in so many times `lock_longest`, however
# slowly they come. Fewer would let a busy phone's everyday errors lock it, and the pace in the long run is the same.
PATIENCE = 3
# A user's locks last at most so much of a phone's: it takes the more phones to keep a user locked.
USERS_SHARE = 2


class Failure(NamedTuple):
    """A wrong PIN: when, and the other party: for a user's count the phone, for a phone's count the user."""

    at: int
    other: str


class Attempts(NamedTuple):
    """The wrong PINs of one user or one phone that count, and the locks that followed others.

    Attributes:
        failures: since the last lock, oldest first.
        locked_until: no guess is judged before this time; 0 is never locked.
        locks: how many locks are remembered; each makes the next one longer.
    """

    failures: tuple[Failure, ...] = ()
    locked_until: int = 0
    locks: int = 0


class Rule(NamedTuple):
    """What locks, and for how long; times in seconds.

    Attributes:
        limits: pairs of a number of wrong PINs and the time within which they lock; empty: nothing ever locks.
        again: so many lock while an earlier lock is remembered, however slowly they come.
        memory: after this time a wrong PIN is forgotten, and the only lock that is still remembered.
        first: how long the first lock lasts; each further one lasts twice as long as the one before.
        longest: but never longer than this. After this time without a lock, one of several locks is forgotten.
    """

    limits: tuple[tuple[int, int], ...]
    again: int
    memory: int
    first: int
    longest: int


def rule(kind: str, settings: Settings) -> Rule:
    """Return the rule of a ``user`` or a ``phone``."""
    first = settings.lock_minutes * 60
    longest = max(settings.lock_longest * 60, first)
    few, many = settings.lock_failures, settings.lock_user_failures
    if kind == PHONE:
        memory = PATIENCE * longest
        quickly, slowly = (few, settings.lock_window * 60), (PATIENCE * few, memory)
        return Rule((quickly, slowly) if few else (), few, memory, first, longest)
    return Rule(((many, longest),) if few and many else (), many, longest, first, max(longest // USERS_SHARE, first))


def duration(which: Rule, number: int) -> int:
    """Return how many seconds the ``number``-th lock in a row lasts, from 1."""
    # A power of more than the steps there are would only be a huge number.
    return min(which.longest, which.first << min(max(number - 1, 0), _steps(which)))


def _steps(which: Rule) -> int:
    """Return how many locks in a row are shorter than the longest."""
    return (max(-(-which.longest // which.first), 1) - 1).bit_length()


def settled(attempts: Attempts, now: int, which: Rule) -> Attempts:
    """Return what of a count is left by now: without what is forgotten, and with nothing later than it can be.

    A clock that was set back leaves times in the future: a wrong PIN counts as one of this moment then, and a lock
    lasts at most as long as if it began now. Who decides by the result has to store it, or the lock never gets nearer
    to its end.
    """
    failures = tuple(Failure(min(f.at, now), f.other) for f in attempts.failures if now - f.at < which.memory)
    locks = min(attempts.locks, _steps(which) + 1)
    until = min(attempts.locked_until, now + (duration(which, locks) if locks else which.longest))
    # Moving the end along, so that the next lock's time to be forgotten runs from there.
    while locks > 1 and now - until >= which.longest:
        locks, until = locks - 1, until + which.longest
    if locks <= 1 and now - until >= (which.memory if locks else 0):
        locks, until = 0, 0
    return Attempts(failures, until, locks)


def is_locked(attempts: Attempts, now: int) -> bool:
    """Return whether guesses are refused unjudged."""
    return now < attempts.locked_until


def after_failure(attempts: Attempts, other: str, now: int, which: Rule) -> Attempts:
    """Return a count that is settled after one more wrong PIN; enough of them lock."""
    failures = (*attempts.failures, Failure(now, other))
    too_many = any(sum(now - f.at < within for f in failures) >= number for number, within in which.limits)
    if too_many or (which.limits and attempts.locks and len(failures) >= which.again):
        locks = min(attempts.locks, _steps(which)) + 1
        return Attempts((), now + duration(which, locks), locks)
    return attempts._replace(failures=failures)


def after_success(attempts: Attempts, *others: str) -> Attempts:
    """Return a count after a right PIN: the wrong ones of these other parties are forgotten.

    Those of others stay, and so do locks: who knows one PIN must not get free guesses at the others by entering it in
    between.
    """
    return attempts._replace(failures=tuple(f for f in attempts.failures if f.other not in others))


def locks_within(which: Rule, seconds: int) -> int:
    """Return how many locks can begin in so much time, both ends included, by somebody who guesses as fast as it goes.

    It is the n of docs/admin.md; the time is at least 0.
    """
    begun, passed = 0, 0
    while passed <= seconds:
        begun += 1
        if begun > _steps(which):
            return begun + (seconds - passed) // which.longest
        passed += duration(which, begun)
    return begun


def most_tries(kind: str, settings: Settings, seconds: int) -> int | None:
    """Return how many wrong PINs are judged at most in so much time, whatever anybody does; None: there is no limit.

    For a phone those of all users together. For a user those from all phones together, the user's own not counted
    (see :data:`hotdesk_module.service.KNOWN_PHONES`).
    """
    which = rule(kind, settings)
    if not which.limits:
        return None
    spare = (PATIENCE - 1) * settings.lock_failures if kind == PHONE else 0
    return which.again * locks_within(which, seconds) + spare


def one_phone_locks_users(settings: Settings) -> bool:
    """Return whether wrong PINs from one phone alone can lock a user."""
    which = rule(USER, settings)
    tries = most_tries(PHONE, settings, which.memory)
    return bool(which.limits) and tries is not None and tries >= which.again
