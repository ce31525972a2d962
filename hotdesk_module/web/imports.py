"""An import as a page and a program are told of it: the fate of every line, and the mark by which it is agreed to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hotdesk_module.administration import Saved
from hotdesk_module.core.model import Phone
from hotdesk_module.core.pool import as_fields
from hotdesk_module.core.pool_import import ADDED, CHANGED, ERROR, UNCHANGED, Row
from hotdesk_module.web import work
from hotdesk_module.web.live import mark_of

FATES = (ADDED, CHANGED, UNCHANGED, ERROR)


class Change(NamedTuple):
    """A field, as it was and as it will be; a new phone's was empty."""

    field: str
    old: str
    new: str


class Fate(NamedTuple):
    """What becomes of a line.

    Attributes:
        fate: one of FATES.
        changes: the fields that change; of a new phone those that are not as usual.
    """

    line: int
    device: str
    fate: str
    changes: tuple[Change, ...]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]


class Plan(NamedTuple):
    """What becomes of a file.

    Attributes:
        mark: by which an administrator agrees to just this.
    """

    fates: tuple[Fate, ...]
    mark: str

    @property
    def counts(self) -> dict[str, int]:
        """Return how many lines have each of FATES."""
        found = Counter(fate.fate for fate in self.fates)
        return {name: found[name] for name in FATES}

    @property
    def can_be_done(self) -> bool:
        """Return whether there is anything to do, and nothing in its way."""
        counts = self.counts
        return not counts[ERROR] and bool(counts[ADDED] or counts[CHANGED])


def plan(text: str) -> Plan:
    """Return what importing a file would do.

    Raises:
        BadImport: it is no such file.
    """
    return _plan(work.pool().plan_import(text))


def carry_out(text: str, mark: str) -> tuple[Plan, Saved]:
    """Import a file.

    Args:
        mark: what was agreed to; empty: whatever comes of it.

    Raises:
        BadImport: a line is wrong; nothing is changed.
        Changed: something else than what was agreed to would be done; nothing is changed.
    """
    rows, saved = work.pool().apply(text, agreed=lambda rows: mark in ("", _plan(rows).mark))
    return _plan(rows), saved


def _plan(rows: Iterable[Row]) -> Plan:
    fates = tuple(_fate(row) for row in rows)
    return Plan(fates, mark_of(repr(fates)))


def _fate(row: Row) -> Fate:
    return Fate(row.line, row.device, row.fate, tuple(_changes(row)), row.errors, row.warnings)


def _changes(row: Row) -> Sequence[Change]:
    if row.fate not in (ADDED, CHANGED):
        return ()
    old, new = as_fields(row.before or Phone(row.device)), as_fields(row.phone)
    return [Change(f, old[f] if row.before else "", new[f]) for f in row.changes if old[f] != new[f]]
