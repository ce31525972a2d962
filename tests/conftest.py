"""What holds for every test: versions in the header, and no test skipped unseen."""

from __future__ import annotations

import importlib.metadata
import os
import platform

import pytest

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
