"""Core's own login (device-and-user mode) beside ours, in one run on a machine with FreePBX: ``make compare``.

Both are timed from the start of the script to its end by Asterisk's own clock, prompts apart. Core's script is called
as core's dialplan calls it, by a dialplan of ours, as an AGI: FreePBX's default, a FastAGI server, is slower (V). It
is given the shorter work: the PIN is checked before it, by the dialplan, and there is no ledger that it writes.

It makes extensions, installs Hot Desking and removes all of it at the end, as ``make acceptance`` does.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Callable

from benchmarks import calls, processes, report
from benchmarks.figures import CORE, OURS, SCRIPT, Figure, figure
from tests.freepbx import office, telephones
from tests.freepbx.machine import Machine, reasons_against
from tests.freepbx.office import Office
from tests.freepbx.product import Desk, Product, tarball
from tests.freepbx.telephones import Telephones
from tests.support.rig.shell import run

CONTEXT = "hotdesk-incumbent"
# Not in the pool, so that Hot Desking leaves it alone; and somebody who sits nowhere.
DEVICE, USER = office.PHONE_2.number, office.SPARE_USER.number
DESK, PERSON = office.PHONE.number, office.VIRTUAL.number
COUNTED = {
    "processes": "processes started",
    "programs": "programs run",
    "actions": "actions sent to Asterisk's manager",
    "reloads": "reloads asked for",
}
# How often it is counted; what nobody is timed in.
COUNTS = 3
NAME = "performance_freepbx"

Doing = Callable[[], int]


def dialplan() -> str:
    """Return what calls core's script as core's own dialplan does (macro-user-logon, macro-user-logoff)."""
    script = "user_login_out.agi"
    return f"""
[{CONTEXT}]
exten => login,1,Answer()
 same => n,AGI({script},login,{DEVICE},{USER})
 same => n,Hangup()
exten => logout,1,Answer()
 same => n,AGI({script},logout,{DEVICE})
 same => n,Hangup()
"""


class Site:
    """A FreePBX on which both can be used."""

    def __init__(self, stack: ExitStack) -> None:
        self.machine = Machine()
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hotdesk-compare-")))
        self.phones = Telephones(self.machine)
        stack.callback(self.phones.close)
        place = Office(self.machine, self.phones.address, self.phones.transport, self.phones.trunk_port)
        self.product = Product(self.machine, tarball())
        if self.product.folder.exists():
            raise SystemExit(
                f"Hot Desking is on this machine already ({self.product.folder}): uninstall and delete it."
            )
        stack.callback(place.remove)
        place.make()
        self.phones.start()
        stack.enter_context(self._extended())
        stack.callback(self._remove)
        self.product.unpack()
        self.product.install()
        self.machine.reload()
        self.product.fwconsole("phones", "add", DESK)
        self.daemon = self.product.wait_daemon()
        self.phones.wait_reachable([DESK])
        self.desk = Desk(self.phones, self.product)

    def _remove(self) -> None:
        self.product.uninstall()
        self.product.delete()
        self.machine.reload()

    @contextmanager
    def _extended(self) -> Iterator[None]:
        """Have our dialplan in the administrator's file for a while."""
        file = self.machine.path("ASTETCDIR") / "extensions_custom.conf"
        before = file.read_text() if file.exists() else ""
        file.write_text(before + dialplan())
        try:
            yield
        finally:
            file.write_text(before)
            self.machine.cli("dialplan reload")

    # --- what is done, each returns the mark before it ---------------------------------------------------------------

    def core(self, action: str) -> int:
        mark = self.phones.tap.mark()
        self.phones.tap.action(
            "Originate",
            Channel=f"Local/{action}@{CONTEXT}",
            Application="Wait",
            Data="10",
            Async="true",
        )
        self.phones.tap.wait_for("VarSet", mark, 15.0, Variable="AGISTATUS")
        wanted = USER if action == "login" else "none"
        got = self.machine.db(f"DEVICE/{DEVICE}/user")
        if got not in (wanted, DEVICE if action == "logout" else wanted):
            raise SystemExit(f"Core's {action} at {DEVICE} left {got} there.")
        return mark

    def log_in(self) -> int:
        mark = self.phones.tap.mark()
        said = self.desk.log_in_at_once(DESK, PERSON)
        if said != "logged_in":
            raise SystemExit(f"The login at {DESK} said {said}.")
        return mark

    def log_out(self) -> int:
        mark = self.phones.tap.mark()
        said = self.desk.log_out(DESK)
        if said != "logged_out":
            raise SystemExit(f"The logout at {DESK} said {said}.")
        return mark

    def deeds(self) -> Iterator[tuple[str, str, str, Doing]]:
        """Everything that is measured: whose, what, how its channel is named, and how it is done."""
        yield CORE, "login", f"Local/login@{CONTEXT}-", lambda: self.core("login")
        yield CORE, "logout", f"Local/logout@{CONTEXT}-", lambda: self.core("logout")
        yield OURS, "login", f"PJSIP/{DESK}-", self.log_in
        yield OURS, "logout", f"PJSIP/{DESK}-", self.log_out

    def pids(self) -> list[int]:
        """Return who does the work, or starts who does it: Asterisk, the daemon and what it has started."""
        children = Path(f"/proc/{self.daemon}/task").glob("*/children")
        asterisk = int(run(["pidof", "-s", "asterisk"]))
        return [asterisk, self.daemon, *(int(word) for file in children for word in file.read_text().split())]


def measure(site: Site, runs: int) -> Iterator[Figure]:
    """Time both in turns, then count what they need."""
    took: dict[tuple[str, str], list[float]] = {}
    # The first one warms up caches.
    for turn in range(runs + 1):
        for whose, what, channel, do in site.deeds():
            times = calls.times(site.phones.tap, channel, do())
            if turn:
                took.setdefault((whose, what), []).append(times.work)
        site.phones.tap.forget()
    for (whose, what), values in took.items():
        yield figure(whose, f"{what}: {SCRIPT}", "ms", values)
    needs: dict[tuple[str, str], list[processes.Counts]] = {}
    for _ in range(COUNTS):
        for whose, what, _, do in site.deeds():
            file = site.folder / "strace"
            with processes.watched(site.pids(), file):
                do()
            needs.setdefault((whose, what), []).append(processes.count(file.read_text(errors="replace")))
    for (whose, what), counted in needs.items():
        for name, said in COUNTED.items():
            yield figure(whose, f"{what}: {said}", "", [getattr(counts, name) for counts in counted])


def main(arguments: Sequence[str]) -> int:
    """Compare, and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.incumbent", description=__doc__.split(":", 1)[0])
    parser.add_argument("--runs", type=int, default=30, help="how often each is done (default: %(default)s)")
    parser.add_argument("--to", type=Path, help=f"folder for {NAME}.md and {NAME}.json")
    options = parser.parse_args(arguments)
    lacks = [*reasons_against(), *telephones.missing(), *processes.missing()]
    if lacks:
        print(f"The comparison cannot run here: {'; '.join(lacks)}.", file=sys.stderr)
        return 2
    with ExitStack() as stack:
        site = Site(stack)
        made = site.machine
        versions = {"FreePBX": made.version, "core": made.modules["core"], "PHP": made.php_version}
        at = report.circumstances(time.strftime("%Y-%m-%d"), options.runs, made.asterisk, versions)
        figures = list(measure(site, options.runs))
    print(report.beside(figures))
    if options.to:
        report.write(options.to, NAME, at, figures, report.comparison(at, figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
