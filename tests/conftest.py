"""What holds for every test: versions in the header, and no test skipped unseen."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Generator, Iterator

import pytest
from _pytest.runner import runtestprotocol

from tests.support.rig import ASTERISK, Rig, missing

_skipped: list[str] = []
# Skips that do not fail a run in CI, by reason: no machine of ours has FreePBX.
_exempt: dict[str, int] = {}
_rigs: list[Rig] = []
# Whether Asterisk was among what crashed during a test.
_crashes: list[bool] = []


def pytest_report_header() -> str:
    names = ("flask", "pymysql", "click", "wtforms")
    versions = ", ".join(f"{n} {importlib.metadata.version(n)}" for n in names)
    return f"Python {platform.python_version()}, {versions}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks at everything the others have left on the rig runs after them, while the rig is up."""
    last = [item for item in items if item.get_closest_marker("last")]
    others = [item for item in items if item not in last]
    behind = max((n for n, item in enumerate(others, 1) if item.get_closest_marker("asterisk")), default=len(others))
    items[:] = others[:behind] + last + others[behind:]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if not report.skipped:
        return
    if "freepbx" in report.keywords:
        reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _exempt[reason] = _exempt.get(reason, 0) + 1
    else:
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI everything can run but what needs FreePBX, so another skipped test is a broken machine."""
    for reason, count in _exempt.items():
        print(f"\n{count} tests of tests/freepbx did not run. {reason}")
    if _skipped and os.environ.get("CI"):
        print(f"\n{len(_skipped)} tests were skipped, and with CI set none may be: {', '.join(_skipped)}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Repeat a test, once, during which a SIP phone's program or Asterisk crashed.

    That a phone does says nothing about us; Asterisk may do it once in a run, for we cannot know whether it was us.
    """
    if "rig" not in getattr(item, "fixturenames", ()):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    crashed = _rigs[0].revive() if _rigs and any(r.failed for r in reports) else []
    if crashed:
        writer = item.config.get_terminal_writer()
        writer.line(f"\n{item.nodeid}: {', '.join(crashed)} crashed")
        _crashes.append(ASTERISK in crashed)
        if sum(_crashes) <= 1:
            reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure at the rig shows what phones and Asterisk saw; the assertion seldom says why."""
    report = yield
    if report.failed and _rigs and "rig" in getattr(item, "fixturenames", ()):
        report.sections.append(("The rig, at last", _rigs[0].testimony()))
    return report


@pytest.fixture(scope="session")
def rig() -> Iterator[Rig]:
    """Asterisk 22, MariaDB, a real SIP phone for each device, up for the whole run."""
    lacks = missing()
    if lacks:
        pytest.skip("the Asterisk rig needs " + ", ".join(lacks))
    made = Rig()
    try:
        made.start()
        _rigs.append(made)
        yield made
    finally:
        _rigs.clear()
        made.close()
