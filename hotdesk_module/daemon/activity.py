"""What goes on at the phones: who is in a call, and when there was last one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hotdesk_module.adapters.ami import Message
from hotdesk_module.adapters.switchboard import leg
from hotdesk_module.daemon.schedule import Now

# Seconds for which nobody may have watched before times without a call begin anew: a restart of Asterisk is shorter.
BLIND = 300.0

_BEGUN = ("Newchannel", "Newstate")
_ENDED = "Hangup"


class Activity:
    """Notes calls as Asterisk tells of them. Devices are named as Asterisk dials them, e.g. ``PJSIP/200``.

    A call that a phone begins or answers is activity from its beginning to its end; a phone that only rings is left
    alone.

    Args:
        now: the clock of all moments here.
        unwatched: for how many seconds nobody has noted anything before us.
    """

    def __init__(self, now: Now, unwatched: float) -> None:
        self._now = now
        self._legs: dict[str, str] = {}
        self._last: dict[str, float] = {}
        self._watched = now() - unwatched
        self._up = False
        self.blind = False

    @property
    def busy(self) -> frozenset[str]:
        """Return the devices in a call."""
        return frozenset(self._legs.values())

    def watch(self, up: bool) -> None:
        """Note whether Asterisk tells us at all. What was missed for too long is in :attr:`blind`, until it is taken
        back."""
        if up:
            self.blind = self.blind or self._now() - self._watched > BLIND
            self._watched = self._now()
        elif self._up:
            self.calls({})
        self._up = up

    def heard(self, events: Iterable[Message]) -> frozenset[str]:
        """Note what Asterisk said; return the devices of which a call has ended."""
        ended = set()
        for event in events:
            name = event.get("Event")
            if name in _BEGUN:
                found = leg(event)
                if found is not None:
                    self._legs[found[0]] = found[1]
                    self._last[found[1]] = self._now()
            elif name == _ENDED:
                device = self._legs.pop(event.get("Uniqueid"), None)
                if device is not None:
                    self._last[device] = self._now()
                    ended.add(device)
        return frozenset(ended - self.busy)

    def calls(self, legs: Mapping[str, str]) -> None:
        """Note what Asterisk answered when it was asked for all calls: number of the channel to device."""
        for device in (*self._legs.values(), *legs.values()):
            self._last[device] = self._now()
        self._legs = dict(legs)

    def last(self) -> dict[str, float]:
        """Return the moment of the last activity of each device, as far as it was not forgotten."""
        return {**self._last, **dict.fromkeys(self.busy, self._now())}

    def forget(self, written: Mapping[str, float]) -> None:
        """Forget what somebody has written down."""
        for device, moment in written.items():
            if self._last.get(device, moment + 1) <= moment:
                del self._last[device]
