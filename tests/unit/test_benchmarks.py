"""What the benchmarks do with figures: a wrong table would be believed as soon as a right one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import panel, processes, repairs, report
from benchmarks.figures import CORE, GROWTH, LOAD, OURS, PANEL, REPAIR, SCRIPT, Figure, figure, slope
from benchmarks.goals import GOALS
from benchmarks.load import sustained

AT = report.Circumstances("2026-11-23", "2 cores", {"Asterisk": "22.10"}, 30)


def test_the_median_and_what_nearly_all_are_below() -> None:
    found = figure(REPAIR, "a repair", "ms", [*range(1, 101)])
    assert (found.median, found.p95, found.runs) == (50.5, 96, 100)


def test_what_ran_once_is_its_own_median() -> None:
    assert figure(REPAIR, "a repair", "ms", [7.5])[3:] == (7.5, 7.5, 1)


def test_what_was_not_measured_is_no_figure() -> None:
    with pytest.raises(ValueError, match="a repair was not measured"):
        figure(REPAIR, "a repair", "ms", [])


@pytest.mark.parametrize(("power", "exponent"), [(0, 0.0), (1, 1.0), (2, 2.0)])
def test_how_something_grows(power: int, exponent: float) -> None:
    assert slope((size, 3 * size**power) for size in (100, 1000, 10000)) == pytest.approx(exponent)


def test_a_goal_is_met_at_its_limit_and_missed_behind_it() -> None:
    bulk = next(g for g in GOALS if "500" in g.what)
    many = next(g for g in GOALS if g.least)
    for value, met in ((2000, True), (2001, False)):
        assert bulk.met({(REPAIR, repairs.LOGOUT): figure(REPAIR, repairs.LOGOUT, "ms", [value])}) is met
    for value, met in ((20, True), (19, False)):
        assert many.met({(LOAD, sustained(50)): figure(LOAD, sustained(50), "a second", [value])}) is met


def test_a_missed_goal_is_told_and_one_that_was_not_measured_is_not() -> None:
    text = report.goals([figure(REPAIR, repairs.LOGOUT, "ms", [2500.0])])
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert rows == [
        "| what | goal | median | |",
        "| Logout of 500 sessions at once | ≤ 2,000 ms | 2,500 ms | **missed** |",
    ]


def test_figures_of_several_sizes_are_one_row() -> None:
    figures = [
        Figure(GROWTH, panel.at_size("Phones", size), "ms", median, median + 1, 30)
        for size, median in ((100, 1.5), (10000, 150.0))
    ]
    assert report.by_size(figures).splitlines() == [
        "| ms | 100 phones | 10,000 phones | exponent |",
        "|---|---:|---:|---:|",
        "| Phones | 1.5 / 2.5 | 150 / 151 | 1.00 |",
    ]


def test_the_report_has_a_part_for_whatever_was_measured(tmp_path: Path) -> None:
    figures = [
        figure(REPAIR, repairs.LOGOUT, "ms", [1000.0, 1100.0]),
        figure(PANEL, panel.at_size("Phones", 20), "ms", [3.0]),
    ]
    report.write(tmp_path, "performance", AT, figures, report.document(AT, figures))
    text = (tmp_path / "performance.md").read_text()
    assert "2026-11-23; 2 cores; Asterisk 22.10; 30 runs" in text
    assert f"| {repairs.LOGOUT} | 1,050 | 1,100 | ms, 2 runs |" in text
    assert f"## {PANEL}" in text and f"## {GROWTH}" not in text
    data = json.loads((tmp_path / "performance.json").read_text())
    assert [f["name"] for f in data["figures"]] == [f.name for f in figures]


def test_freepbx_own_login_and_ours_are_side_by_side_and_compared() -> None:
    name = f"login: {SCRIPT}"
    figures = [figure(CORE, name, "ms", [150.0]), figure(OURS, name, "ms", [45.0])]
    assert report.beside(figures).splitlines()[-1] == f"| {name} | 150 | 150 | 45 | 45 | ms |"
    assert "| 0.40 | 0.30 | met |" in report.goals(figures).replace("≤ ", "")


def test_a_report_is_read_back(tmp_path: Path) -> None:
    figures = [figure(CORE, f"login: {SCRIPT}", "ms", [150.0])]
    report.write(tmp_path, "performance_freepbx", AT, figures, "")
    assert report.read(tmp_path / "performance_freepbx.json") == figures
    assert report.read(tmp_path / "nothing.json") == []


STRACED = r"""
301  clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f1) = 310
310  execve("/usr/bin/php", ["php", "/var/lib/asterisk/agi-bin/user_login_out.agi"], 0x7ffe /* 9 vars */) = 0
310  execve("/usr/local/bin/asterisk", ["asterisk"], 0x7ffe /* 9 vars */) = -1 ENOENT (No such file or directory)
302  clone3({flags=CLONE_VM|CLONE_FS|CLONE_THREAD|CLONE_SETTLS, exit_signal=0}, 88 => {parent_tid=[9]}, 88) = 9
310  sendto(5, "Action: Login\r\nActionID: 1\r\n\r\nAction: Command\r\nCommand: core reload\r\n\r\n", 80) = 80
310  vfork( <unfinished ...>
311  execve("/bin/sh", ["sh", "-c", "asterisk -rx 'voicemail reload'"], 0x7ffe /* 9 vars */ <unfinished ...>
310  <... vfork resumed>)                    = 311
311  <... execve resumed>)                   = 0
311  clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f1) = 312
312  execve("/usr/sbin/asterisk", ["asterisk", "-rx", "voicemail reload"], 0x7ffe /* 9 vars */) = 0
311  write(1, "200 result=1\n", 13)          = 13
310  fork()                                  = -1 EAGAIN (Resource temporarily unavailable)
"""


def test_processes_programs_actions_and_reloads_are_counted() -> None:
    assert processes.count(STRACED) == processes.Counts(processes=3, programs=3, actions=2, reloads=2)
