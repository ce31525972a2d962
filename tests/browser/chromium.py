"""Start Chromium, and the demo, for the tests and for the picture of the README."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from hotdesk_module.demo.run import ROOT

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# What a browser does of its own accord is no request of the page, and shall not happen at all.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--headless=new",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-first-run",
    "--no-sandbox",
)


def missing() -> str:
    """What keeps Chromium from being driven here, in words; empty where nothing does."""
    if _browser() and shutil.which("chromedriver"):
        return ""
    return "Chromium and its driver (Debian: chromium, chromium-driver)"


@contextmanager
def chromium(profile: Path) -> Iterator[Chrome]:
    """Run a Chromium of our own; it logs what the page says and what it requests."""
    options = ChromeOptions()
    options.binary_location = _browser()
    for flag in (*QUIET, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    # Both are named, so that selenium does not look for others to download.
    driver = Chrome(options=options, service=ChromeService(executable_path=shutil.which("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


@contextmanager
def demo(data: Path, port: int = 18880) -> Iterator[str]:
    """Run a demo on files of its own; yield its address."""
    where = ["--port", str(port), "--data", str(data)]
    command = [sys.executable, "-m", "hotdesk_module.demo", "--quick", *where]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield next(line for line in process.stdout if "http://" in line).split()[-1]
        finally:
            process.send_signal(signal.SIGTERM)
            process.stdout.read()


def _browser() -> str:
    return next(filter(None, map(shutil.which, BROWSERS)), "")
