"""The pool as an administrator changes it, from the command line and the panel alike.

Whatever is checked against the tables is checked and written under the one lock, so that two administrators cannot
make together what neither may make alone. Asterisk is asked before anything is written: where it is down the pool
stays as it is, and the lamps with it. What changes is in the history, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Callable, NamedTuple

from hotdesk_module.core import changes, codes, pool, pool_csv, pool_import, pool_rules
from hotdesk_module.core.changes import By
from hotdesk_module.core.model import Phone, Session
from hotdesk_module.core.pool_import import ADDED, CHANGED, ERROR, Row
from hotdesk_module.core.pool_rules import Surroundings
from hotdesk_module.errors import (
    AsteriskDown,
    BadImport,
    BadValue,
    Busy,
    Changed,
    HotdeskError,
    LedgerDown,
    NotInPool,
    PhoneExists,
)
from hotdesk_module.ports import Inventory, Ledger
from hotdesk_module.service import HotDesk, Identities, Progress

# What many phones can be given at once; nothing in Asterisk depends on it.
SHARED = ("location", "idle_hours", "daily_at", "enabled")

APPLY_CONFIG = (
    "Own codes have changed: click Apply Config in FreePBX, or run 'fwconsole reload', so that the dialplan knows them."
)


class Saved(NamedTuple):
    """What became of a change of the pool.

    Attributes:
        phones: those that were added or changed, or the one that was removed.
        warnings: what is allowed and still wants mending.
        reload: the dialplan does not know the own codes of the pool yet; see APPLY_CONFIG.
        applied: Asterisk follows. False: the pool is right and reconcile will finish the rest.
        ended: the sessions that ended with it.
    """

    phones: tuple[Phone, ...]
    warnings: tuple[str, ...] = ()
    reload: bool = False
    applied: bool = True
    ended: tuple[Session, ...] = ()


class Many(NamedTuple):
    """What became of a change of many phones.

    Attributes:
        saved: those that were changed.
        errors: those that were not, in order, and why.
    """

    saved: Saved
    errors: tuple[tuple[str, HotdeskError], ...] = ()


class Pool:
    """The phones that anybody may log in at.

    Every method raises LedgerDown or Busy where the database does not answer, and AsteriskDown, with nothing changed,
    where Asterisk does not.
    """

    def __init__(self, ledger: Ledger, inventory: Inventory, desk: HotDesk) -> None:
        self._ledger = ledger
        self._inventory = inventory
        self._desk = desk

    def by(self) -> By:
        """Return who changes something now, for the history."""
        return By(self._desk.clock(), self._desk.source, self._desk.actor)

    def add(self, fields: Mapping[str, str]) -> Saved:
        """Take a device of FreePBX into the pool; without a label it gets FreePBX's description.

        Raises:
            PhoneExists: it is in the pool already.
            BadValue, UnknownPhone, DuplicateMac: it cannot be like this.
        """
        phone = pool.phone({"device": "", **fields})
        with self._ledger.lock():
            if self._ledger.phones([phone.device]):
                raise PhoneExists(f"Phone {phone.device} is in the pool already; change it with edit.")
            around = self._surroundings([phone.device])
            if not phone.label and phone.device in around.devices:
                phone = phone._replace(label=pool.label_from(around.devices[phone.device].description))
            saved = self._save(phone, around)
        return saved._replace(applied=self._refresh([phone.device]))

    def add_many(self, devices: Iterable[str], fields: Mapping[str, str]) -> Many:
        """Take devices of FreePBX into the pool, those that can be.

        Args:
            fields: of SHARED, for all of them.

        Raises:
            BadValue: the fields cannot be like this.
        """
        common = pool.phone(_shared(fields), Phone(""))
        wanted = tuple(dict.fromkeys(device.strip() for device in devices))
        added: list[Phone] = []
        errors: list[tuple[str, HotdeskError]] = []
        with self._ledger.lock():
            around = self._surroundings(wanted)
            taken = {p.device for p in self._ledger.phones(wanted)}
            for device in wanted:
                try:
                    if device in taken:
                        raise PhoneExists(f"Phone {device} is in the pool already.")
                    phone = pool.phone({"device": device}, common)
                    for refusal in pool_rules.refusals(phone, around):
                        raise refusal
                except HotdeskError as error:
                    errors.append((device, error))
                else:
                    added.append(phone._replace(label=pool.label_from(around.devices[device].description)))
            if added:
                self._ask_asterisk(added[0].device)
                self._store(added)
        warnings = pool_rules.warnings(added, around.devices)
        applied = self._refresh([p.device for p in added])
        return Many(Saved(tuple(added), warnings, applied=applied), tuple(errors))

    def edit_many(self, devices: Iterable[str], fields: Mapping[str, str]) -> Many:
        """Give many phones the same; it does not matter whether Asterisk is there.

        Args:
            fields: of SHARED; the others stay as they are.

        Raises:
            BadValue: the fields cannot be like this.
        """
        fields = _shared(fields)
        pool.phone(fields, Phone(""))
        wanted = tuple(dict.fromkeys(devices))
        with self._ledger.lock():
            known = {p.device: p for p in self._ledger.phones(wanted)}
            edited = [pool.phone(fields, known[d]) for d in wanted if d in known]
            changed = [p for p in edited if p != known[p.device]]
            self._ledger.save_phones(changed, changes.of_pool(self.by(), (known[p.device] for p in changed), changed))
        missing = tuple((d, NotInPool(f"Phone {d[:20]} is not a hot desk phone.")) for d in wanted if d not in known)
        return Many(Saved(tuple(edited)), missing)

    def edit(self, device: str, fields: Mapping[str, str], seen: Mapping[str, str] | None = None) -> Saved:
        """Change fields of a phone; the others stay. Who is logged in there stays so, also where it is disabled.

        Args:
            seen: the phone as it was when somebody began to edit it, as pool.as_fields() gives it; None: however it is.

        Raises:
            NotInPool: it is not in the pool.
            Changed: it is not as ``seen`` any more.
            BadValue, UnknownPhone, DuplicateMac: it cannot be like this.
        """
        with self._ledger.lock():
            stored = self._one(device)
            if seen is not None and pool.as_fields(stored) != seen:
                raise Changed(f"Phone {device} has been changed by somebody else in the meantime.")
            phone = pool.phone({k: v for k, v in fields.items() if k != "device"}, stored)
            saved = self._save(phone, self._surroundings([device]))
        return saved._replace(applied=self._refresh([device]))

    def remove(self, device: str, ending: Identities | None = None) -> Saved:
        """Take a phone out of the pool; who is logged in there is logged out first.

        Args:
            ending: the sessions that may end with it; None: any.

        Raises:
            NotInPool: it is not in the pool.
            Changed: somebody else has logged in there; the phone stays.
        """
        phone = self._one(device)
        self._ask_asterisk(device)
        ended: tuple[Session, ...] = ()
        applied = True
        while True:
            with self._ledger.lock():
                sessions = self._ledger.sessions([device])
                if not sessions:
                    before = self._ledger.phones()
                    # As it is now; none where another administrator was quicker.
                    removed = [p for p in before if p.device == device]
                    self._ledger.remove_phone(device, changes.of_pool(self.by(), removed, ()))
                    reload = _codes(p for p in before if p.device != device) != _codes(before)
                    break
            if ending is not None and any(s.identity not in ending for s in sessions):
                raise Changed(
                    f"{sessions[0].user} has logged in at phone {device} in the meantime; it stays in the pool."
                )
            applied = all(outcome.applied for outcome in self._desk.logout_all(sessions))
            ended += sessions
        applied = self._refresh([device]) and applied
        return Saved((phone,), (), reload, applied, ended)

    def remove_many(
        self, devices: Iterable[str], ending: Identities | None = None
    ) -> tuple[tuple[Saved, ...], tuple[tuple[str, HotdeskError], ...]]:
        """Take phones out of the pool, those that can be; return what became of them, and which stay and why.

        Args:
            ending: see :meth:`remove`.

        Raises:
            AsteriskDown, LedgerDown, Busy: before the first of them was removed.
        """
        removed: list[Saved] = []
        errors: list[tuple[str, HotdeskError]] = []
        wanted = tuple(dict.fromkeys(devices))
        for place, device in enumerate(wanted):
            try:
                removed.append(self.remove(device, ending))
            except (AsteriskDown, LedgerDown, Busy) as error:
                if not removed:
                    raise
                # The others would fail likewise, each after its time.
                errors += [(one, error) for one in wanted[place:]]
                break
            except HotdeskError as error:
                errors.append((device, error))
        return tuple(removed), tuple(errors)

    def plan_import(self, text: str) -> tuple[Row, ...]:
        """Return what importing a CSV file would do, line by line; nothing is changed, and Asterisk is not asked.

        Raises:
            BadImport: it is not such a file. What is wrong with a single line is in the line's row.
        """
        lines = pool_csv.read(text)
        return pool_import.plan(lines, self._ledger.phones(), self._surroundings())

    def apply(
        self, text: str, progress: Progress | None = None, agreed: Callable[[tuple[Row, ...]], bool] | None = None
    ) -> tuple[tuple[Row, ...], Saved]:
        """Import a CSV file, all or nothing; phones that it does not name stay as they are.

        Args:
            agreed: judges what would become of the lines, in the last moment; None: it is all the same.

        Raises:
            BadImport: a line is wrong, and nothing was changed; the message has a line for each error.
            Changed: it was not agreed to, and nothing was changed.
        """
        with self._ledger.lock():
            rows = self.plan_import(text)
            if agreed is not None and not agreed(rows):
                raise Changed("The pool or FreePBX has changed in the meantime. Nothing was imported; look again.")
            wrong = [f"Line {row.line}: {error}" for row in rows if row.fate == ERROR for error in row.errors]
            if wrong:
                raise BadImport("\n".join(wrong))
            phones = tuple(row.phone for row in rows if row.fate in (ADDED, CHANGED))
            if phones:
                self._ask_asterisk(phones[0].device)
            added = [row.phone for row in rows if row.fate == ADDED]
            warnings = pool_rules.warnings(added, {d.id: d for d in self._inventory.devices(p.device for p in added)})
            reload = self._store(phones, "import")
        return rows, Saved(phones, warnings, reload, self._refresh([p.device for p in phones], progress))

    def _save(self, phone: Phone, around: Surroundings) -> Saved:
        """Check and write one phone; the caller holds the lock."""
        others = tuple(p for p in self._ledger.phones() if p.device != phone.device)
        for refusal in pool_rules.refusals(phone, around.with_pool((*others, phone))):
            raise refusal
        self._ask_asterisk(phone.device)
        reload = self._store([phone])
        warnings = pool_rules.warnings([phone], around.devices)
        return Saved((phone,), warnings, reload)

    def _store(self, phones: Sequence[Phone], note: str = "") -> bool:
        """Write phones in one transaction; return whether the pool's own codes changed by it."""
        before = self._ledger.phones()
        written = {p.device for p in phones}
        events = changes.of_pool(self.by(), (p for p in before if p.device in written), phones, note)
        self._ledger.save_phones(phones, events)
        # Reckoned, not read: once it is written nothing may fail any more.
        after = {p.device: p for p in (*before, *phones)}
        return _codes(after.values()) != _codes(before)

    def _refresh(self, devices: Iterable[str], progress: Progress | None = None) -> bool:
        """Bring Asterisk in line; what fails here reconcile finishes, for the pool is written already."""
        try:
            return self._desk.refresh(devices, progress)
        except (AsteriskDown, LedgerDown, Busy):
            return False

    def _one(self, device: str) -> Phone:
        for phone in self._ledger.phones([device]):
            return phone
        raise NotInPool(f"Phone {device} is not a hot desk phone.")

    def _ask_asterisk(self, device: str) -> None:
        self._desk.astdb.get(f"DEVICE/{device}/user")

    def _surroundings(self, devices: Iterable[str] | None = None) -> Surroundings:
        features = self._inventory.feature_codes()
        known = {d.id: d for d in self._inventory.devices(devices)}
        return Surroundings(known, codes.others(features), codes.in_force(features), {}, {}, {})


def _shared(fields: Mapping[str, str]) -> dict[str, str]:
    """Return fields that many phones can be given at once.

    Raises:
        BadValue: there is another one among them.
    """
    for name in fields:
        if name not in SHARED:
            raise BadValue(f"Many phones at once have no field '{name[:40]}'; they have: {', '.join(SHARED)}.")
    return dict(fields)


def _codes(phones: Iterable[Phone]) -> frozenset[tuple[str, str]]:
    """Return the own codes of a pool, as the dialplan has to know them."""
    pairs = ((("login", p.login_code), ("logout", p.logout_code)) for p in phones)
    return frozenset(pair for both in pairs for pair in both if pair[1])
