"""Take the picture of the README: somebody sits at the Lobby phone, and a call to that person rings there."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.browser.chromium import chromium, demo, missing
from tests.browser.visitor import Visitor

WIDTH = 1400


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


def _shrink(picture: Path) -> None:
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--strip", "--output", picture, "128", picture], check=True)
    if shutil.which("optipng"):
        subprocess.run(["optipng", "-quiet", "-strip", "all", "-o5", picture], check=True)


if __name__ == "__main__":
    if missing():
        sys.exit(f"The picture needs {missing()}.")
    take(Path(sys.argv[1]).resolve())
    print(f"{sys.argv[1]}: {Path(sys.argv[1]).stat().st_size // 1024} kB")
