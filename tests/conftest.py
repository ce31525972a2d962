"""What holds for every test: versions in the header, and no test skipped unseen."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Iterator

import pytest

from tests.support.rig import Rig, missing

_skipped: list[str] = []


def pytest_report_header() -> str:
    names = ("flask", "pymysql", "click", "wtforms")
    versions = ", ".join(f"{n} {importlib.metadata.version(n)}" for n in names)
    return f"Python {platform.python_version()}, {versions}"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped:
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI everything can run, so a skipped test is a broken machine."""
    if _skipped and os.environ.get("CI"):
        print(f"\n{len(_skipped)} tests were skipped, and with CI set none may be: {', '.join(_skipped)}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def rig() -> Iterator[Rig]:
    """Asterisk 22, MariaDB, a real SIP phone for each device, up for the whole run."""
    lacks = missing()
    if lacks:
        pytest.skip("the Asterisk rig needs " + ", ".join(lacks))
    made = Rig()
    try:
        made.start()
        yield made
    finally:
        made.close()
