"""What the daemon does on its own connections: repair, retention, automatic logout."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from hotdesk_module import controls
from hotdesk_module.adapters.ami import Ami
from hotdesk_module.adapters.astdb import AmiAstDb
from hotdesk_module.adapters.open import open_ledger
from hotdesk_module.adapters.switchboard import AmiSwitchboard
from hotdesk_module.config import Config, Manager
from hotdesk_module.core import settings, webhook
from hotdesk_module.core.model import Session
from hotdesk_module.daemon.line import Line
from hotdesk_module.daemon.message_lamps import Keeping
from hotdesk_module.daemon.registrations import Registrations
from hotdesk_module.daemon.timers import SOONEST, Timers
from hotdesk_module.daemon.troubles import Troubles
from hotdesk_module.errors import AsteriskDown, HotdeskError, LedgerDown, UnsafePlan
from hotdesk_module.health import projection
from hotdesk_module.health.examine import examine as look
from hotdesk_module.health.finding import ERROR, Finding
from hotdesk_module.health.installation import Installation, Machine
from hotdesk_module.health.projection import Comparisons
from hotdesk_module.service import HotDesk
from hotdesk_module.web import alerts as alerts_
from hotdesk_module.web.alerts import Alert, Alerts

# What Asterisk shall tell us unasked: starts, reloads, the end, who registers, and calls.
EVENTS = "system,call"
DAY = 86400
# Sessions that a glance looks at: FreePBX rebuilds the keys of all devices, so that one of them would do.
GLANCED_AT = 20
# The task of knowing who is registered.
FOLLOW = "registrations"
# The task of keeping message lamps right.
LAMPS = "message lamps"
# What the names of alerts from the checks begin with.
HEALTH = "health_"


class Connections:
    """The database and Asterisk's manager, for the main thread.

    Args:
        where: what the configuration said at the start; the manager's address and secret are asked for with every
            connection, because an administrator may change them.
    """

    def __init__(self, where: Config) -> None:
        self._where = where
        self._manager: Manager | None = where.manager
        self.ledger, self.inventory = open_ledger(where)

    def connect(self) -> Ami:
        """Return a connection to Asterisk, not opened yet."""
        if self._where.manager is None:
            try:
                self.inventory.refresh()
                self._manager = self.inventory.manager()
            except LedgerDown:
                if self._manager is None:
                    raise
        assert self._manager is not None
        return Ami(self._manager, EVENTS)

    def close(self) -> None:
        """Let go of the database."""
        self.ledger.close()


def repair(connections: Connections, line: Line, comparisons: Comparisons) -> int:
    """Bring Asterisk in line; return how many differences there were.

    Args:
        comparisons: is told, so that nobody has to compare again.

    Raises:
        HotdeskError: why not, or not wholly.
    """
    comparisons.forget()
    try:
        found = desk(connections, line, "repair").reconcile()
    except AsteriskDown as error:
        line.lost(error.message)
        raise
    except UnsafePlan as error:
        comparisons.note((projection.unsafe(error),), wall_clock())
        raise
    comparisons.note(projection.repaired(found), wall_clock())
    return len(found.effects) + len(found.ended)


def glance(connections: Connections, line: Line) -> bool:
    """Return whether a few sessions, others each time, are in Asterisk as in the ledger.

    Where nobody can say, they are taken to be: what keeps us from looking, the repair tells.
    """

    def some(sessions: Sequence[Session]) -> Iterable[Session]:
        return random.sample(sessions, min(len(sessions), GLANCED_AT))

    try:
        return desk(connections, line, "repair").glance(some)
    except HotdeskError:
        return True


def expire(timers: Timers, line: Line) -> float:
    """End sessions that are due; return in how many seconds to look again.

    Raises:
        HotdeskError: why not, or not all. That there is no connection to Asterisk, the repair tells.
    """
    if not line.up:
        return SOONEST
    return timers.look()


def desk(connections: Connections, line: Line, source: str) -> HotDesk:
    """Return the service on the daemon's own connections.

    Raises:
        AsteriskDown: there is none to Asterisk.
    """
    if line.ami is None or not line.up:
        raise AsteriskDown(line.why)
    connections.inventory.refresh()
    astdb, switchboard = AmiAstDb(line.ami), AmiSwitchboard(line.ami)
    return HotDesk(connections.ledger, connections.inventory, astdb, switchboard, wall_clock, source)


def follow(registrations: Registrations, line: Line, troubles: Troubles) -> None:
    """Know who is registered; what keeps us from it is a trouble like any other."""
    if line.ami is None or not line.up:
        registrations.away()
        return
    try:
        registrations.look(AmiSwitchboard(line.ami).contacts)
    except HotdeskError as error:
        troubles.begin(FOLLOW, error.code, error.message)
        if line.fileno() < 0:
            line.lost(error.message)
    else:
        troubles.end(FOLLOW)


def show_messages(keeping: Keeping, connections: Connections, line: Line, troubles: Troubles) -> None:
    """Keep message lamps right; what keeps us from it is a trouble like any other."""
    if line.ami is None or not line.up:
        keeping.away()
        return
    if keeping.next():
        return
    try:
        connections.inventory.refresh()
        keeping.work(connections.ledger, connections.inventory, AmiSwitchboard(line.ami))
    except HotdeskError as error:
        troubles.begin(LAMPS, error.code, error.message)
        if line.fileno() < 0:
            line.lost(error.message)
    else:
        troubles.end(LAMPS)


def forget(connections: Connections) -> int:
    """Remove history older than the setting says, as much as is done in a moment, and locks of which nothing is
    remembered; return how many lines of the history."""
    controls.forget_locks(connections.ledger, wall_clock)
    stored = connections.ledger.settings()
    days = settings.parse(stored).history_days
    so_far = connections.ledger.delivery() if webhook.hook(stored) else None
    # What the webhook is still to be told stays. So does the last line it was told of: some servers, when they start,
    # count on from the largest number that is left.
    but_from = so_far.last_id if so_far else None
    return connections.ledger.forget_events(wall_clock() - days * DAY, but_from) if days else 0


def examine(connections: Connections, line: Line, alerts: Alerts, machine: Machine) -> None:
    """Look after the whole installation; what is an error goes to FreePBX's notifications."""

    def asterisk() -> tuple[AmiAstDb, AmiSwitchboard]:
        if line.ami is None or not line.up:
            raise AsteriskDown(line.why)
        return AmiAstDb(line.ami), AmiSwitchboard(line.ami)

    at = Installation(connections.ledger, connections.inventory, asterisk, wall_clock, machine)
    errors = [f for f in look(at) if f.level == ERROR]
    # The repair tells of these itself; and what could not be looked at is not over because of that.
    if not any(f.code in ("database", "asterisk") for f in errors):
        alerts.replace(HEALTH, tuple(_alerts(f for f in errors if f.code != "unsafe_plan")))


def _alerts(errors: Iterable[Finding]) -> Iterator[Alert]:
    """Return findings as notifications; the second of a code has a name of its own."""
    seen: Counter[str] = Counter()
    for finding in errors:
        seen[finding.code] += 1
        number = f"_{seen[finding.code]}" if seen[finding.code] > 1 else ""
        yield Alert(f"{HEALTH}{finding.code}{number}", alerts_.ERROR, finding.title, finding.text)


def machine_clock() -> float:
    """Return the seconds since the machine started, those it slept through among them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def wall_clock() -> int:
    """Return the time of the world, in seconds since the epoch."""
    return int(time.time())
