"""Take the pictures of the documents.

That of the README: somebody sits at the Lobby phone, and a call to that person rings there. Those of ``docs/panel.md``:
every part of the panel, as the demo shows it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from selenium.webdriver import Chrome

from tests.browser.chromium import chromium, demo, missing
from tests.browser.visitor import Visitor

WIDTH = 1400
NARROW = 360
# Where the panel's pictures go, by the name of each, and what they show.
PANEL = {
    "phones": "/",
    "people": "/people",
    "queues": "/people/1004/queues",
    "history": "/history",
    "occupancy": "/occupancy",
    "import": "/phones/import",
    "settings": "/settings",
    "health": "/health",
    "emergency": "/health/emergency",
}
# A page is shown so far down; the rest of a long one is more of the same.
DEPTH = 1500


def take(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data, profile = Path(folder, "demo"), Path(folder, "profile")
        with demo(data) as address, chromium(profile) as driver:
            driver.get(address)
            visitor = Visitor(driver)
            visitor.lobby.sit_down("1001", "4711")
            visitor.maria.dial_button("1001")
            visitor.lobby.wait_ringing()
            driver.execute_script("document.activeElement.blur()")
            size = {"width": WIDTH, "height": 900, "deviceScaleFactor": 1, "mobile": False}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            height = driver.execute_script("return document.body.scrollHeight")
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {**size, "height": height})
            # Until no new line of the panel is tinted any more.
            time.sleep(2.5)
            driver.save_screenshot(str(target))
    _shrink(target)


def take_panel(folder: Path) -> None:
    """Take a picture of each part of the panel, and of the first on a telephone's width."""
    with tempfile.TemporaryDirectory() as place:
        data, profile = Path(place, "demo"), Path(place, "profile")
        with demo(data) as address, chromium(profile) as driver:
            for name, path in PANEL.items():
                driver.get(f"{address.rstrip('/')}/panel/?display=hotdesk&view={quote(path, safe='')}")
                _snap(driver, folder / f"{name}.png", WIDTH, DEPTH)
            driver.get(f"{address.rstrip('/')}/panel/")
            _snap(driver, folder / "phones-narrow.png", NARROW, 1100)


def _snap(driver: Chrome, target: Path, width: int, depth: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    height = min(depth, driver.execute_script("return document.body.scrollHeight"))
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {**size, "height": height})
    driver.save_screenshot(str(target))
    _shrink(target)


def _shrink(picture: Path) -> None:
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--strip", "--output", picture, "128", picture], check=True)
    if shutil.which("optipng"):
        subprocess.run(["optipng", "-quiet", "-strip", "all", "-o5", picture], check=True)


if __name__ == "__main__":
    if missing():
        sys.exit(f"The picture needs {missing()}.")
    wanted = Path(sys.argv[1]).resolve()
    if wanted.is_dir():
        take_panel(wanted)
    else:
        take(wanted)
