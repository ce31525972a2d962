"""People who log in, out, over each other and elsewhere at real phones, and call; and what each of them heard.

Nobody here knows how hot desking works: what a caller may rely on follows from what was heard, and from what others
have dialled since.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Callable

from hotdesk_module.agi import prompts
from tests.integration.desking import Desking
from tests.integration.promises import CALLER
from tests.support.rig import company as names
from tests.support.rig import shell

Going = Callable[[], bool]

NOW = time.monotonic
# Seconds: a prompt comes soon, or not at all; an answer may wait for the ledger's lock.
PROMPT, ANSWER = 5.0, 14.0
# The longest time for which somebody does nothing.
PAUSE = 0.5
POLL = 0.25
IN, OUT = "agent-loginok", "agent-loggedoff"

# What follows the dialogue: one of these sounds.
_LAST = {sounds[0] for sounds in (*prompts.OUTCOMES.values(), *prompts.REFUSALS.values()) if sounds}
_ANSWER = re.compile('STREAM FILE "(' + "|".join(sorted(_LAST)) + ')"')


@dataclass
class Deed:
    """Somebody dials a code.

    Attributes:
        user: who logs in; empty where somebody logs out.
        begun: from when on it can have been done: the last digit.
        over: until when; for ever where nobody can tell.
        heard: the sound that said how it went; empty where there was none.
    """

    phone: str
    user: str
    begun: float
    over: float = float("inf")
    heard: str = ""

    @property
    def home(self) -> bool:
        """Whether an owner logs in at the own phone, where nobody sits then."""
        return self.phone == self.user

    def undone_by(self, other: Deed) -> bool:
        """Return whether what this one has brought about may be over because of the other one."""
        if other is self or other.over <= self.begun:
            return False
        if not self.user:
            return other.phone == self.phone and bool(other.user)
        return other.phone == self.phone or (other.user == self.user)


class Mix:
    """A thread for each phone of the pool, and for each that calls them; all do something only while they may.

    Args:
        users: who logs in.
        callers: phones outside the pool that call these people meanwhile.
        pace: waits until the next login may begin; returns whether anybody still may do anything by then.
        shares: how much of what the pool's phones do is a login, and how much a logout; the rest are calls.
    """

    def __init__(
        self,
        desking: Desking,
        seed: int,
        users: Sequence[str],
        callers: Sequence[str] = (CALLER,),
        pace: Callable[[Going], bool] = lambda going: True,
        shares: tuple[float, float] = (0.65, 0.25),
    ) -> None:
        self._desking, self._rig = desking, desking.rig
        self._users, self._pace = tuple(users), pace
        self._logins, self._logouts = shares
        self._pool = desking.rig.company.pool
        self._deeds: list[Deed] = []
        self._before: dict[str, str] = {}
        self._mine = threading.Lock()
        self._going, self._closed = threading.Event(), threading.Event()
        # Whoever does anything with a phone holds it.
        self._hands = {number: threading.RLock() for number in (*self._pool, *callers)}
        people: list[tuple[Callable[[str, random.Random], None], str]] = [(self._deed, p) for p in self._pool]
        people += [(self._call, caller) for caller in callers]
        self._threads = [
            threading.Thread(target=self._live, args=(do, phone, random.Random(seed * 1000 + n)), name=f"phone {phone}")
            for n, (do, phone) in enumerate(people)
        ]
        for thread in self._threads:
            thread.start()

    def go(self) -> None:
        """Let everybody do something, until `rest`."""
        self._going.set()

    def stop_short(self) -> None:
        """Let nobody begin anything new."""
        self._going.clear()

    def rest(self) -> None:
        """Return when everybody has come to an end and every receiver is on its hook."""
        self.stop_short()
        with ExitStack() as stack:
            for hand in self._hands.values():
                stack.enter_context(hand)

    def close(self) -> None:
        self.stop_short()
        self._closed.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), f"{thread.name} does not come to an end"

    def begin(self, seats: Mapping[str, str]) -> None:
        """Forget what has been dialled so far; so they sit now."""
        with self._mine:
            self._before = dict(seats)
            self._deeds.clear()

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """What has been dialled since `begin`."""
        with self._mine:
            return tuple(self._deeds)

    def broken_words(self, seats: Mapping[str, str]) -> list[str]:
        """Return what people have heard that is not so, and who sits somewhere without having asked for it."""
        deeds, found = self.deeds, []
        for deed in deeds:
            if not _is_true(deed, seats) and not any(deed.undone_by(other) for other in deeds):
                found.append(f"{deed} was heard, and {dict(seats)}")
        for phone, user in seats.items():
            if self._before.get(phone) != user and not any((d.phone, d.user) == (phone, user) for d in deeds):
                found.append(f"{user} sits at {phone} and has not logged in there")
        for phone, user in self._before.items():
            if seats.get(phone) != user and not any(d.phone == phone or d.user == user for d in deeds):
                found.append(f"{user} sat at {phone}, and nobody has dialled anything that ends that")
        return found

    # What they do

    def _live(self, do: Callable[[str, random.Random], None], phone: str, chance: random.Random) -> None:
        while not self._closed.is_set():
            if not self._going.wait(POLL):
                continue
            with self._hands[phone]:
                if not self._going.is_set():
                    continue
                # What is pulled out from under them ends as it may.
                with suppress(shell.RigError, OSError):
                    do(phone, chance)
                with suppress(shell.RigError, OSError):
                    self._rig.phones[phone].reset()
            self._closed.wait(chance.uniform(0, PAUSE))

    def _deed(self, phone: str, chance: random.Random) -> None:
        what = chance.random()
        if what < self._logins:
            self._log_in(phone, chance.choice(self._users))
        elif what < self._logins + self._logouts:
            self._log_out(phone)
        else:
            self._rig.phones[phone].dial(names.OUTSIDE_NUMBER)
            time.sleep(chance.uniform(0.1, 0.6))

    def _log_in(self, phone: str, user: str) -> None:
        if not self._pace(self._going.is_set):
            return
        mark, server = self._rig.tap.mark(), self._rig.asterisk.pid
        self._rig.phones[phone].dial(f"*11{user}")
        if not self._hear(phone, mark, server, re.compile(re.escape(f'"{prompts.ASK_PIN}"')), PROMPT):
            return
        self._rig.phones[phone].send_digits(self._desking.pin(user))
        deed = self._begin(phone, user)
        self._rig.phones[phone].send_digits("#")
        self._listen(deed, mark, server)

    def _log_out(self, phone: str) -> None:
        mark, server = self._rig.tap.mark(), self._rig.asterisk.pid
        deed = self._begin(phone, "")
        self._rig.phones[phone].dial("*12")
        self._listen(deed, mark, server)

    def _begin(self, phone: str, user: str) -> Deed:
        deed = Deed(phone, user, NOW())
        with self._mine:
            self._deeds.append(deed)
        return deed

    def _listen(self, deed: Deed, mark: int, server: int) -> None:
        deed.heard = self._hear(deed.phone, mark, server, _ANSWER, ANSWER)
        if deed.heard in (IN, OUT):
            # It speaks when all is done; whoever is told that it did not work learns nothing of what became of it.
            deed.over = NOW()

    def _hear(self, phone: str, mark: int, server: int, wanted: re.Pattern[str], seconds: float) -> str:
        """Wait for a sound in a phone's call; return which, or nothing where the call or Asterisk is gone."""
        limit = NOW() + seconds
        channel = re.compile(f"^PJSIP/{phone}-")
        while True:
            # Before the look: what was said last is said by then.
            gone = NOW() > limit or self._rig.phones[phone].idle or self._rig.asterisk.pid != server
            with suppress(shell.Timeout):
                event = self._rig.tap.wait_for("AGIExecStart", mark, POLL, Channel=channel, Command=wanted)
                return event["Command"].split('"')[1]
            if gone:
                return ""

    def _call(self, caller: str, chance: random.Random) -> None:
        """Call somebody; whoever rings answers now and then."""
        number = chance.choice((*self._users, *self._pool))
        for phone in self._pool:
            self._rig.phones[phone].forget()
        self._rig.phones[caller].dial(number)
        time.sleep(chance.uniform(0.2, 0.8))
        ringing = [p for p in self._pool if self._rig.phones[p].rang]
        if ringing and chance.random() < 0.7:
            phone = chance.choice(ringing)
            if self._hands[phone].acquire(blocking=False):
                try:
                    self._rig.phones[phone].answer(timeout=1.0)
                    time.sleep(chance.uniform(0.1, 0.6))
                    self._rig.phones[phone].reset()
                finally:
                    self._hands[phone].release()


def _is_true(deed: Deed, seats: Mapping[str, str]) -> bool:
    """Return whether what was heard is so; whoever has heard nothing of success may rely on nothing."""
    if deed.heard == IN:
        if deed.home:
            return deed.phone not in seats and deed.user not in seats.values()
        return seats.get(deed.phone) == deed.user
    if deed.heard == OUT and not deed.user:
        return deed.phone not in seats
    return True


def said(deeds: Iterable[Deed]) -> dict[str, int]:
    """Return how often each sound was heard."""
    found: dict[str, int] = {}
    for deed in deeds:
        found[deed.heard or "nothing"] = found.get(deed.heard or "nothing", 0) + 1
    return found
