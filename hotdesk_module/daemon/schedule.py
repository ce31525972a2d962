"""What is to be done when."""

from __future__ import annotations

from typing import Callable

# Seconds of a clock that only goes forward.
Now = Callable[[], float]

# Two times nearer than so many seconds are one: what is asked for again and again is neither done again and again nor
# put off for ever.
NEAR = 1.0
LATER = 3600.0


class Schedule:
    """Names of tasks and the times they are due at; a task may be due several times."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._due: dict[str, list[float]] = {}

    def at(self, task: str, *delays: float) -> None:
        """Let a task be due in so many seconds, besides the times it is due at already."""
        due = self._due.setdefault(task, [])
        for when in (self._now() + delay for delay in delays):
            if all(abs(when - other) >= NEAR for other in due):
                due.append(when)

    def only(self, task: str, delay: float) -> None:
        """Let a task be due in so many seconds, and at no other time."""
        self._due[task] = [self._now() + delay]

    def waits(self, task: str) -> bool:
        """Return whether a task is due at any time."""
        return bool(self._due.get(task))

    def next(self) -> float:
        """Return how many seconds there are until anything is due; 0 where something is."""
        times = [when for due in self._due.values() for when in due]
        return max(0.0, min(times) - self._now()) if times else LATER

    def take(self) -> list[str]:
        """Return the tasks that are due, and strike out those times."""
        now = self._now()
        tasks = [task for task, due in self._due.items() if any(when <= now for when in due)]
        left = {task: [when for when in due if when > now] for task, due in self._due.items()}
        self._due = {task: due for task, due in left.items() if due}
        return tasks
