"""An hour of logins at real SIP phones: does anything grow that should not?

The whole path is gone, as on a PBX: SIP phones (baresip) dial the login code and enter PINs by DTMF, Asterisk 22 runs
the dialplan and our script, which writes into MariaDB and Asterisk's database; the daemon runs, tells a webhook of
everything, and somebody keeps the panel's list of phones open. People move and replace each other, log out, call and
are called. Every minute everybody pauses for a moment: what callers have heard is compared with the ledger, and the
ledger with all of Asterisk.

Retention is at work: the history is kept for a day, what is older than a few minutes is made two days older each
minute, and the daemon cleans up once a minute instead of once an hour.

Needs what the tests need (root, MariaDB, baresip, debootstrap), and two cores for itself.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from hotdesk_module.web.identity import PAGE, Identity
from tests.integration import mix as people
from tests.integration import reckoning
from tests.integration.daemon import Daemon
from tests.integration.desking import TABLES, Desking
from tests.integration.mix import Going, Mix
from tests.support.receiver import KEY, receiver
from tests.support.rig import Rig, missing
from tests.support.rig import company as names
from tests.support.rig.company import Company, Extension

PHONES, USERS, CALLERS = 40, 80, 2
# What the shared phones do: logins, logouts; the rest are calls.
SHARES = 0.8, 0.12
DAY = 86400
# Niceness of all that is no PBX.
STEP_BACK = 10
# Seconds: a line of the history is old, in an hour; and the panel is asked.
OLD, LOOK = 300, 1.5
# The daemon as it is, but for the pause between two cleanings.
DAEMON = "from hotdesk_module.daemon import keeper; keeper.HOUR = 60.0; from hotdesk_module.cli import main; main()"
# How much more there may be at the end than in the middle: absolute, and as a share of it.
ALLOWED = {
    "daemon MB": (2.0, 0.03),
    "daemon files": (2, 0.0),
    "daemon threads": (1, 0.0),
    "history": (600, 0.25),
    # Of everybody who has ever mistyped, for a day: so many there can be.
    "locks": (PHONES + USERS, 0.0),
    "AstDB keys": (2, 0.0),
    "scripts": (0, 0.0),
    "untold": (20, 0.0),
}


class Minute(NamedTuple):
    """What there was at the end of a minute.

    Attributes:
        logins: that were heard to succeed.
        median, p95: milliseconds from the last digit to the answer.
        figures: of the processes and tables, by name.
    """

    logins: int
    median: float
    p95: float
    figures: dict[str, float]


class Pace:
    """Lets so many a second begin, on the average: who was late makes up for it."""

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate
        self._next = time.monotonic()
        self._mine = threading.Lock()

    def wait(self, going: Going) -> bool:
        """Wait for one's turn; return whether anybody may begin anything by then, else it is somebody else's turn."""
        with self._mine:
            mine, self._next = self._next, self._next + self._gap
        time.sleep(max(0.0, mine - time.monotonic()))
        may = going()
        if not may:
            with self._mine:
                self._next -= self._gap
        return may


def company() -> Company:
    """Return a company of shared phones, and people who have none."""
    return Company(
        extensions=(
            *(Extension(str(2000 + n), f"Desk {n}", f"{4805 + 7 * n}") for n in range(PHONES)),
            *(Extension(str(6000 + n), f"Person {n}", f"{9061 + 11 * n}", virtual=True) for n in range(USERS)),
            *(Extension(str(9001 + n), f"Caller {n}", f"{2643 + n}") for n in range(CALLERS)),
        ),
        pool=tuple(str(2000 + n) for n in range(PHONES)),
        members=(),
        fixed_keys={"FREEPBXCONF/CFRINGTIMERDEFAULT": str(names.RING_TIME)},
    )


class Soak:
    """The rig with everything on it, and what is measured."""

    def __init__(self, rate: float, stack: ExitStack) -> None:
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hotdesk-soak-")))
        self.rig = Rig(company())
        stack.callback(self.rig.close)
        _quiet(self.rig)
        self.rig.start()
        self.rig.asterisk.cli("core set verbose 0")
        self.rig.asterisk.cli("core set debug 0")
        self.desking = Desking(self.rig)
        stack.callback(self.desking.close)
        # What is lost on the way from a finger is no wrong PIN that should lock anybody.
        with self.rig.namespace.entered():
            self._told = stack.enter_context(receiver())
        webhook = {"webhook_url": self._told.url, "webhook_secret": KEY}
        self.desking.reset(history_days="1", lock_failures="0", **webhook)
        self.daemon = Daemon(self.desking, self.folder, [sys.executable, "-c", DAEMON])
        stack.callback(self.daemon.close)
        self.daemon.wait_serving()
        _step_back([os.getpid(), *(phone.pid for phone in self.rig.phones.values())])
        users = [one.number for one in self.rig.company.extensions if one.virtual]
        callers = [str(9001 + n) for n in range(CALLERS)]
        self.mix = Mix(self.desking, 1, users, callers, Pace(rate).wait, SHARES)
        stack.callback(self.mix.close)
        self._over = threading.Event()
        self._refused: list[str] = []
        watcher = threading.Thread(target=self._watch)
        watcher.start()
        stack.callback(watcher.join)
        stack.callback(self._over.set)

    def minutes(self, number: int) -> Iterator[Minute]:
        """Let everybody come and go for so many minutes, and look at the end of each.

        Raises:
            SystemExit: something that was heard is not so, or Asterisk is not as the ledger says.
        """
        self.mix.begin(self.desking.seats())
        limit = time.monotonic()
        old = min(OLD, OLD * number // 60)
        for _ in range(number):
            limit += 60
            self.mix.go()
            time.sleep(max(0.0, limit - time.monotonic()))
            self.mix.rest()
            self._age(old)
            deeds = [d for d in self.mix.deeds if d.heard == people.IN]
            took = sorted((d.over - d.begun) * 1000 for d in deeds) or [0.0]
            self._is_right()
            yield Minute(len(deeds), statistics.median(took), took[int(len(took) * 0.95)], self._figures())
            self.mix.begin(self.desking.seats())
            self.rig.tap.forget()

    def _is_right(self) -> None:
        # Repairs and a last script may be under way.
        for _ in range(20):
            seats = self.desking.seats()
            wrong = [*self._refused, *self.mix.broken_words(seats), *reckoning.differences(self.rig, seats)]
            if not wrong:
                return
            time.sleep(0.5)
        raise SystemExit("\n".join(["Wrong:", *wrong]))

    def _age(self, old: int) -> None:
        """Let the retention take what is so many seconds old for older than it keeps."""
        now = int(time.time())
        self.desking.connection.execute(
            "UPDATE hotdesk_events SET at = at - %s WHERE applied = 1 AND at > %s AND at < %s",
            (2 * DAY, now - DAY // 2, now - old),
        )

    def _watch(self) -> None:
        """Look at the list of phones as a browser does."""
        while not self._over.wait(LOOK):
            for target in ("/phones/table", "/api/phones"):
                status, _ = self.daemon.fetch("GET", target, Identity(PAGE, "maria", "t"))
                if status != 200:
                    self._refused.append(f"{target}: {status}")

    def _figures(self) -> dict[str, float]:
        figures: dict[str, float] = {}
        database = self.rig.database.pid
        for name, pid in (("daemon", self.daemon.pid), ("Asterisk", self.rig.asterisk.pid), ("MariaDB", database)):
            figures[f"{name} MB"], figures[f"{name} threads"] = _status(pid)
            figures[f"{name} files"] = len(os.listdir(f"/proc/{pid}/fd"))
        rows = {t: int(self.desking.connection.select(f"SELECT COUNT(*) FROM {t}")[0][0]) for t in TABLES}
        figures["history"], figures["sessions"] = rows["hotdesk_events"], rows["hotdesk_sessions"]
        figures["locks"] = rows["hotdesk_lockouts"]
        so_far = self.desking.ledger.delivery()
        figures["untold"] = self.desking.ledger.last_event() - (so_far.last_id if so_far else 0)
        figures["told/s"] = len(self._told.requests) / 60
        self._told.requests.clear()
        figures["tables kB"] = self._size()
        figures["AstDB keys"] = sum(not k.startswith("CALLTRACE/") for k in self.rig.asterisk.db_show())
        figures["log kB"] = self.daemon.log.stat().st_size / 1000
        children = Path(f"/proc/{self.rig.asterisk.pid}/task").glob("*/children")
        figures["scripts"] = sum(len(c.read_text().split()) for c in children)
        return figures

    def _size(self) -> float:
        found = self.desking.connection.select(
            "SELECT SUM(data_length + index_length) FROM information_schema.tables"
            " WHERE table_schema = DATABASE() AND table_name LIKE 'hotdesk%%'"
        )
        return float(found[0][0] or 0) / 1000


def _step_back(processes: Iterable[int]) -> None:
    """Let phones and people take what the PBX leaves of the processor: elsewhere they have machines of their own."""
    for process in processes:
        for thread in Path(f"/proc/{process}/task").iterdir():
            os.setpriority(os.PRIO_PROCESS, int(thread.name), STEP_BACK)


def _quiet(rig: Rig) -> None:
    """Let nothing be written down but what is wrong: an hour of everything would fill the disk."""
    rig.asterisk.configure({"logger.conf": "[general]\ndateformat=%F %T\n[logfiles]\nfull => warning,error\n"})
    rig.asterisk.tap.hear("agi", Path(os.devnull))


def _status(pid: int) -> tuple[float, int]:
    """Return megabytes in memory, and threads."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return int(lines["VmRSS"].split()[0]) / 1000, int(lines["Threads"])


COLUMNS = (
    *("daemon MB", "daemon files", "daemon threads", "Asterisk MB", "Asterisk files", "Asterisk threads"),
    *("MariaDB MB", "MariaDB files", "history", "sessions", "locks", "tables kB", "AstDB keys", "log kB", "scripts"),
    *("told/s", "untold"),
)


def row(number: int, minute: Minute) -> str:
    """Return a row of the table of Markdown."""
    cells = [str(number), f"{minute.logins / 60:.1f}", f"{minute.median:.0f}", f"{minute.p95:.0f}"]
    for name in COLUMNS:
        value = minute.figures[name]
        cells.append(f"{value:.1f}" if name.endswith("MB") else f"{value:.0f}")
    return f"| {' | '.join(cells)} |"


def verdict(minutes: Sequence[Minute]) -> tuple[list[str], bool]:
    """Return a line for each figure that has to stay, and whether all have.

    Compared are the medians of the last quarter and of the second one: in the first, caches are filled and the first
    lines get old. The slope is that of all but the first quarter, by least squares.
    """
    quarter = max(1, len(minutes) // 4)
    lines, good = [], True
    for name, (more, share) in ALLOWED.items():
        values = [m.figures[name] for m in minutes]
        middle = statistics.median(values[quarter : 2 * quarter] or values)
        end = statistics.median(values[-quarter:])
        stays = end - middle <= max(more, share * middle)
        good = good and stays
        slope = _slope(values[quarter:]) * 60
        lines.append(f"{name}: {middle:.1f}, then {end:.1f}; {slope:+.2f} an hour: {'stays' if stays else 'GROWS'}")
    return lines, good


def _slope(values: Sequence[float]) -> float:
    """Return how much a value grows from one to the next."""
    middle, mean = (len(values) - 1) / 2, statistics.fmean(values)
    spread = sum((n - middle) ** 2 for n in range(len(values)))
    return sum((n - middle) * (v - mean) for n, v in enumerate(values)) / spread if spread else 0.0


def main(arguments: Sequence[str]) -> int:
    """Soak, print a row each minute and the verdict; 1 where something grows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--minutes", type=int, default=60, help="how long (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=5.8, help="logins a second that begin (default: %(default)s)")
    options = parser.parse_args(arguments)
    lacks = missing()
    if lacks:
        print(f"The soak needs {', '.join(lacks)}.", file=sys.stderr)
        return 2
    minutes: list[Minute] = []
    with ExitStack() as stack:
        soak = Soak(options.rate, stack)
        print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; {PHONES} phones,")
        print(f"{USERS} people, {options.rate:g} logins a second begin\n")
        print(f"| minute | logins/s | median ms | p95 ms | {' | '.join(COLUMNS)} |")
        print(f"|{'---:|' * (len(COLUMNS) + 4)}", flush=True)
        for minute in soak.minutes(options.minutes):
            minutes.append(minute)
            print(row(len(minutes), minute), flush=True)
    lines, good = verdict(minutes)
    print("\n" + "\n".join(lines))
    total = sum(m.logins for m in minutes)
    print(f"\n{total} logins in {len(minutes)} minutes; {'nothing grows' if good else 'something grows'}.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
