"""The figures as ``performance.md``, for people, and ``performance.json``, for programs."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.figures import ALONE, CORE, GROWTH, LOGIN, OURS, PANEL, PARTS, Figure, slope
from benchmarks.goals import GOALS
from hotdesk_module import __version__

_SIZE = re.compile(r"(.*); ([\d,]+) phones$")
_HEAD = """# Performance

Written by `make bench`; nothing here is typed. The same as data: [performance.json](performance.json). Beside FreePBX's
own login: [performance_freepbx.md](performance_freepbx.md). What was tried and left out is in
[decisions.md](decisions.md).

"""
_COMPARED = """# Beside FreePBX's own login

Written by `make compare` on a machine with FreePBX; nothing here is typed. The same as data:
[performance_freepbx.json](performance_freepbx.json). All else that is measured: [performance.md](performance.md).

FreePBX's own login is core's `user_login_out.agi`, run as an AGI by what its own dialplan does after it has checked a
password; it checks none itself and keeps no record. Hot Desking's is a whole call at a SIP phone: who is calling, the
PIN, locks, the ledger. Timed in turns by Asterisk's own clock; counted with strace at Asterisk and at the daemon, and
all that they start, apart from the timing.

"""
_EXPLAINED = {
    LOGIN: "Real calls by SIP with digits as RFC 4733 events, timed by Asterisk's own clock. Work that is done while\n"
    "a prompt plays costs nobody anything and is not in it.",
    ALONE: "By parts, as the script sees itself; to look costs a little. `behind a prompt`: the caller is listening\n"
    "meanwhile, and what follows does not wait for it.",
    GROWTH: "Exponent: 1 is proportional to the number of phones, 0 independent of it.",
    PANEL: "Milliseconds, median and 95th percentile, on MariaDB; with 20, 200 and 2,000 phones there are 1,000,\n"
    "10,000 and 100,000 lines of history.",
}


class Circumstances(NamedTuple):
    """When, on what, and with which versions.

    Attributes:
        runs: how often most things were done.
    """

    date: str
    machine: str
    versions: dict[str, str]
    runs: int


def circumstances(date: str, runs: int, asterisk: str, others: Mapping[str, str]) -> Circumstances:
    """Return those of this machine, with the versions of all that is not ours."""
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = f"{os.cpu_count()} cores ({model[1] if model else platform.machine()}), {memory:.0f} GiB"
    versions = {
        "Hot Desking": __version__,
        "Asterisk": asterisk,
        "Python": platform.python_version(),
        **others,
    }
    return Circumstances(date, machine, versions, runs)


def write(folder: Path, name: str, at: Circumstances, figures: Sequence[Figure], text: str) -> None:
    """Write both files of a report."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(text, encoding="utf-8")
    data = {**at._asdict(), "figures": [f._asdict() for f in figures]}
    (folder / f"{name}.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read(file: Path) -> list[Figure]:
    """Return the figures of an earlier report; none where there is none."""
    if not file.exists():
        return []
    return [Figure(**fields) for fields in json.loads(file.read_text(encoding="utf-8"))["figures"]]


def document(at: Circumstances, figures: Sequence[Figure], compared: Sequence[Figure] = ()) -> str:
    """Return the report in Markdown.

    Args:
        compared: what was measured where FreePBX is, for its goal.
    """
    parts = [f"{_HEAD}{_said(at)}\n", goals([*figures, *compared])]
    for part in PARTS:
        mine = [f for f in figures if f.part == part]
        if mine:
            explained = f"{_EXPLAINED[part]}\n\n" if part in _EXPLAINED else ""
            parts.append(
                f"\n## {part}\n\n{explained}{by_size(mine) if part in (GROWTH, PANEL) else plain(mine, at.runs)}"
            )
    return "".join(parts)


def comparison(at: Circumstances, figures: Sequence[Figure]) -> str:
    """Return the report of the comparison with FreePBX's own login."""
    return f"{_COMPARED}{_said(at)}\n\n{beside(figures)}"


def beside(figures: Iterable[Figure]) -> str:
    """Return a table with FreePBX's own login and ours side by side."""
    rows: dict[str, dict[str, Figure]] = {}
    for f in figures:
        rows.setdefault(f.name, {})[f.part] = f
    lines = [f"| what | {CORE} | | {OURS} | | |\n|---|---:|---:|---:|---:|---|\n| | median | p95 | median | p95 | |\n"]
    for what, row in rows.items():
        cells = " | ".join(f"{number(row[whose].median)} | {number(row[whose].p95)}" for whose in (CORE, OURS))
        lines.append(f"| {what} | {cells} | {row[OURS].unit} |\n")
    return "".join(lines)


def _said(at: Circumstances) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in at.versions.items())
    return f"{at.date}; {at.machine}; {versions}; {at.runs} runs where nothing else is said."


def goals(figures: Iterable[Figure]) -> str:
    """Return the table of goals; empty where not everything was measured."""
    known = {f.key: f for f in figures}
    lines = []
    for goal in GOALS:
        try:
            value = goal.value(known)
        except KeyError:
            continue
        sign, met = "≥" if goal.least else "≤", goal.met(known)
        verdict = "met" if met else f"**missed**: {goal.missed}" if goal.missed else "**missed**"
        limit, unit = number(goal.limit), f" {goal.unit}" if goal.unit else ""
        lines.append(f"| {goal.what} | {sign} {limit}{unit} | {number(value)}{unit} | {verdict} |\n")
    head = "\n## Against the goals\n\n| what | goal | median | |\n|---|---:|---:|---|\n"
    return head + "".join(lines) if lines else ""


def plain(figures: Iterable[Figure], usual: int) -> str:
    """Return a table with a row for each figure."""
    rows = ["| what | median | p95 | |\n|---|---:|---:|---|\n"]
    for f in figures:
        runs = "" if f.runs == usual else f"{f.runs} run{'s' if f.runs > 1 else ''}"
        rows.append(
            f"| {f.name} | {number(f.median)} | {number(f.p95)} | {', '.join(filter(None, (f.unit, runs)))} |\n"
        )
    return "".join(rows)


def by_size(figures: Iterable[Figure]) -> str:
    """Return a table with a row for each thing and a column for each number of phones."""
    rows: dict[str, dict[int, Figure]] = {}
    for f in figures:
        found = _SIZE.match(f.name)
        assert found is not None, f.name
        rows.setdefault(found[1], {})[int(found[2].replace(",", ""))] = f
    sizes = sorted({size for row in rows.values() for size in row})
    lines = [f"| ms | {' | '.join(f'{s:,} phones' for s in sizes)} | exponent |\n|---|{'---:|' * (len(sizes) + 1)}\n"]
    for what, row in rows.items():
        cells = [f"{number(row[s].median)} / {number(row[s].p95)}" if s in row else "" for s in sizes]
        grows = f"{slope((s, f.median) for s, f in row.items()):.2f}" if len(row) > 1 else ""
        lines.append(f"| {what} | {' | '.join(cells)} | {grows} |\n")
    return "".join(lines)


def number(value: float) -> str:
    """Return a number with as many digits as mean anything."""
    if value == int(value):
        return f"{int(value):,}"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 1 else 2
    return f"{value:,.{digits}f}"
