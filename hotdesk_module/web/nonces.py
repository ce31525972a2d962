"""Each signed request is taken once; whoever overhears one cannot repeat it."""

from __future__ import annotations

import threading

from hotdesk_module.ports import Clock
from hotdesk_module.web.identity import SKEW, Refused

# Seconds that a nonce is remembered: a signature may be dated SKEW seconds ahead, and is good for SKEW after that.
MEMORY = 2 * SKEW
# So many are remembered, some 800 requests a second. Only what the bridge has signed gets here.
MOST = 100_000


class Nonces:
    """The nonces of the last minutes, for all threads.

    Memory is enough: a daemon that starts makes a new key, with which no old signature agrees.
    """

    def __init__(self, clock: Clock, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        # Nonce to the time until which it is remembered, the oldest first.
        self._used: dict[str, int] = {}
        self._turn = threading.Lock()

    def spend(self, nonce: str) -> None:
        """Note that a nonce is used.

        Raises:
            Refused: it was used before; or so many were that we could not tell.
        """
        with self._turn:
            now = self._clock()
            self._forget(now)
            if nonce in self._used:
                raise Refused("it was sent before")
            if len(self._used) >= self._most:
                raise Refused("there are too many requests")
            self._used[nonce] = now + MEMORY

    def _forget(self, now: int) -> None:
        while self._used:
            oldest = next(iter(self._used))
            # Later than can be: the clock was ahead. It would keep all that came after it, until we took no more.
            if now <= self._used[oldest] <= now + MEMORY:
                return
            del self._used[oldest]
