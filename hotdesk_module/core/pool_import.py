"""What importing a file would do to the pool, line by line; nothing is changed here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from hotdesk_module.core import pool, pool_rules
from hotdesk_module.core.model import Phone
from hotdesk_module.core.pool_csv import Line
from hotdesk_module.core.pool_rules import Surroundings

ADDED = "added"
CHANGED = "changed"
UNCHANGED = "unchanged"
ERROR = "error"


class Row(NamedTuple):
    """A line of the file and what becomes of it.

    Attributes:
        line: its number in the file.
        fate: ADDED, CHANGED, UNCHANGED or ERROR.
        phone: as it would be stored.
        before: as it is; None where it is not in the pool.
        changes: the fields that change.
        errors: a sentence for each thing that is wrong; a fate of ERROR has at least one.
    """

    line: int
    device: str
    fate: str
    phone: Phone
    changes: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    before: Phone | None = None


def plan(lines: Iterable[Line], present: Iterable[Phone], around: Surroundings) -> tuple[Row, ...]:
    """Return the fate of every line.

    A phone in the pool keeps what the file has no column for; a new one has FreePBX's description as its label then.
    Phones that the file does not name stay as they are.
    """
    before = {p.device: p for p in present}
    read = [(line, *_read(line, before, around)) for line in lines]
    after = {**before, **{phone.device: phone for _, phone, problems in read if not problems}}
    around = around.with_pool(after.values())
    devices = _Seen("device")
    macs = _Seen("mac")
    in_file = Counter(phone.mac for _, phone, _ in read)
    rows = []
    for line, phone, problems in read:
        errors = [*problems, *devices.again(phone.device, phone.device, line.number)]
        again = macs.again(phone.mac, pool.show_mac(phone.mac), line.number)
        if phone.device:
            # Where two lines have one address, the lines are named and not the phones they are about.
            judged = phone._replace(mac="") if in_file[phone.mac] > 1 else phone
            errors += [e.message for e in pool_rules.refusals(judged, around)]
        errors += again
        rows.append(_row(line, phone, before.get(phone.device), tuple(dict.fromkeys(errors)), around))
    return tuple(rows)


def _read(line: Line, before: dict[str, Phone], around: Surroundings) -> tuple[Phone, tuple[str, ...]]:
    number = line.fields["device"].strip()
    base = before.get(number)
    fields = line.fields
    if base is None and number in around.devices and "label" not in fields:
        fields = {**fields, "label": pool.label_from(around.devices[number].description)}
    return pool.read(fields, base)


def _row(line: Line, phone: Phone, before: Phone | None, errors: tuple[str, ...], around: Surroundings) -> Row:
    given = line.fields["device"]
    if errors:
        return Row(line.number, given, ERROR, phone, errors=errors, before=before)
    changes = tuple(f for f in pool.FIELDS if before is None or getattr(before, f) != getattr(phone, f))
    fate = ADDED if before is None else CHANGED if changes else UNCHANGED
    warnings = pool_rules.warnings([phone], around.devices) if fate == ADDED else ()
    return Row(line.number, phone.device, fate, phone, changes, (), warnings, before)


class _Seen:
    """Remembers on which line of the file a value stood first."""

    def __init__(self, field: str) -> None:
        self._field = field
        self._lines: dict[str, int] = {}

    def again(self, value: str, shown: str, line: int) -> list[str]:
        """Return a sentence where the value stood on an earlier line."""
        first = self._lines.setdefault(value, line)
        return [f"{self._field}: '{shown}' stands on line {first} too."] if value and first != line else []
