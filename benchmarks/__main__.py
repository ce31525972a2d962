"""Measures everything and writes it down: ``python -m benchmarks``; needs what the tests need, and two quiet cores."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import load, logins, package, panel, repairs, report
from benchmarks.figures import Figure
from benchmarks.office import Office
from tests.support.rig import missing
from tests.support.rig.asterisk import REPOSITORY

# What `make compare` has found on a machine with FreePBX.
COMPARED = REPOSITORY / "docs" / "performance_freepbx.json"
PARTS = ("logins", "load", "package", "repairs", "growth", "panel")


def measure(parts: Sequence[str], runs: int, office: Office) -> Iterator[Figure]:
    """Measure what is asked for, in an order in which nothing disturbs what follows."""
    if "logins" in parts:
        yield from logins.measure(office, runs)
    if "load" in parts:
        yield from load.measure(office)
    if "package" in parts:
        yield from package.measure(office)
    if {"repairs", "growth"} & {*parts}:
        # From here on Asterisk's database is another company's.
        office.daemon.close()
    if "repairs" in parts:
        yield from repairs.measure(office, runs)
    if "growth" in parts:
        yield from repairs.grow(office, runs)
        yield from panel.grow(runs)
    if "panel" in parts:
        yield from panel.measure(runs)


def main(arguments: Sequence[str]) -> int:
    """Measure, say each figure as it comes, and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.split(":", 1)[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--runs", type=int, default=30, help="how often things are done (default: %(default)s)")
    parser.add_argument("--to", type=Path, help="folder for performance.md and performance.json")
    options = parser.parse_args(arguments)
    parts = options.parts or PARTS
    unknown = {*parts} - {*PARTS}
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    lacks = missing()
    if lacks:
        print(f"The benchmarks need {', '.join(lacks)}.", file=sys.stderr)
        return 2
    figures = []
    with ExitStack() as stack:
        office = Office(stack)
        version = re.search(r"Asterisk (\S+)", office.rig.asterisk.cli("core show version"))
        server = str(office.desking.connection.select("SELECT VERSION()")[0][0])
        at = report.circumstances(
            time.strftime("%Y-%m-%d"), options.runs, version[1] if version else "", {"MariaDB": server}
        )
        for figure in measure(parts, options.runs, office):
            figures.append(figure)
            said = f"{report.number(figure.median)} / {report.number(figure.p95)} {figure.unit}".rstrip()
            print(f"{figure.part}: {figure.name}: {said}", flush=True)
    compared = report.read(COMPARED)
    print(report.goals([*figures, *compared]))
    if options.to:
        report.write(options.to, "performance", at, figures, report.document(at, figures, compared))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
