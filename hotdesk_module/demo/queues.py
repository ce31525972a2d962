"""The company's queues: who is a member, who is paused. Nobody calls them here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hotdesk_module.demo import cast
from hotdesk_module.demo.events import Headers
from hotdesk_module.demo.monitor import Monitor
from hotdesk_module.demo.story import Feed


class Member(NamedTuple):
    """Somebody in a queue."""

    name: str
    dynamic: bool
    state: str
    penalty: str = "0"
    paused: bool = False


class Refused(Exception):
    """Asterisk would not do it; the text is Asterisk's own."""


class Queues:
    """Queue by queue the members, by interface; changes are news."""

    def __init__(self, monitor: Monitor, feed: Feed) -> None:
        self._monitor = monitor
        self._feed = feed
        names = cast.users()
        self._queues = {
            number: {f"Local/{e}@from-queue/n": Member(names[e], False, f"hint:{e}@ext-local") for e in static}
            for number, (_, static) in cast.QUEUES.items()
        }

    def status(self, interface: str) -> Iterator[Headers]:
        """Yield all queues with their members, or with the one that is asked for."""
        with self._monitor.lock:
            for number, members in self._queues.items():
                yield (("Event", "QueueParams"), ("Queue", number), ("Strategy", "ringall"), ("Calls", "0"))
                for location, member in members.items():
                    if interface in ("", location):
                        yield (
                            ("Event", "QueueMember"),
                            ("Queue", number),
                            ("Name", member.name),
                            ("Location", location),
                            ("StateInterface", member.state),
                            ("Membership", "dynamic" if member.dynamic else "static"),
                            ("Penalty", member.penalty),
                            ("Paused", "1" if member.paused else "0"),
                        )

    def add(self, number: str, interface: str, member: Member) -> None:
        with self._monitor.lock:
            if number not in self._queues:
                raise Refused("Unable to add interface to queue: No such queue")
            if interface in self._queues[number]:
                raise Refused("Unable to add interface: Already there")
            self._queues[number][interface] = member
        self._tell(member.name, "is logged in to", number)

    def remove(self, number: str, interface: str) -> None:
        with self._monitor.lock:
            if number not in self._queues:
                raise Refused("Unable to remove interface from queue: No such queue")
            member = self._queues[number].get(interface)
            if member is None:
                raise Refused("Unable to remove interface: Not there")
            if not member.dynamic:
                raise Refused("Member not dynamic")
            del self._queues[number][interface]
        self._tell(member.name, "is logged out of", number)

    def pause(self, number: str, interface: str, paused: bool) -> None:
        with self._monitor.lock:
            member = self._queues.get(number, {}).get(interface)
            if member is None:
                raise Refused("Interface not found")
            self._queues[number][interface] = member._replace(paused=paused)
        self._tell(member.name, "is paused in" if paused else "is back in", number)

    def _tell(self, who: str, what: str, number: str) -> None:
        self._feed.note(f"{who} {what} queue {number} ({cast.QUEUES[number][0]}).")
