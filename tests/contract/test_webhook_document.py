"""docs/webhooks.md tells receivers what is so, and the code that it gives them verifies what is really sent."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from hotdesk_module import answers, webhooks
from hotdesk_module.adapters.web import PATIENCE, Web
from hotdesk_module.core.delivery import DELAYS, FEWEST_TRIES, LONGEST
from hotdesk_module.core.model import Event
from hotdesk_module.core.settings import TOLD, TOLD_BY_DEFAULT, spec
from hotdesk_module.daemon.teller import LOOK
from tests.support.fakes import FakeClock, FakeLedger
from tests.support.receiver import KEY, Request, receiver

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")


def code(language: str) -> str:
    """Return the document's code in a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    return str(found)


def names(title: str) -> list[str]:
    """Return the names in the first column of the table with a title."""
    rows = TEXT[TEXT.index(f"\n| {title} |\n") :].split("\n\n")[0].splitlines()[3:]
    return re.findall(r"`(\w+)`", "".join(row.split("|")[1] for row in rows))


@pytest.fixture(scope="module")
def request_() -> Request:
    """Return what a receiver really gets."""
    ledger = FakeLedger()
    with receiver() as there:
        ledger.save_settings({"webhook_url": there.url, "webhook_secret": KEY})
        webhooks.test(Web(), ledger, "pbx.example.com", FakeClock(int(time.time())), "cli", "Zoë")
        return there.requests[0]


def test_the_fields_and_the_events_are_those_that_are_sent() -> None:
    assert names("field | what") == list(answers.told(Event(1, "login"), "login", "", None, ""))
    assert names("`event` | what happened | `code`") == list(TOLD)
    sample = json.loads(re.search(r"^(\{\"id\".*?\})\n```", TEXT, re.MULTILINE | re.DOTALL)[1])  # type: ignore[index]
    assert list(sample) == names("field | what")
    unusual = re.findall(r"^\| `(\w+)` \|[^\n]*not sent unless you choose it", TEXT, re.MULTILINE)
    assert unusual == [kind for kind in TOLD if kind not in TOLD_BY_DEFAULT]


def test_the_numbers_are_those_that_count() -> None:
    assert DELAYS == (5, 15, 30, 60, 120, 300, 600, 900)
    assert "5, 15 and 30 seconds, 1, 2, 5 and 10 minutes, and then every 15 minutes" in TEXT
    assert (LONGEST, FEWEST_TRIES, PATIENCE, LOOK) == (24 * 3600, 10, 10, 2)
    assert "after 24 hours, and at least ten tries" in TEXT and "within ten seconds" in TEXT
    assert (spec("webhook_secret").low, spec("webhook_secret").high) == (16, 200) and "16 to 200 letters" in TEXT


def test_the_headers_are_those_that_are_sent(request_: Request) -> None:
    shown = re.findall(r"^([A-Z][A-Za-z-]+): ", code("http"), re.MULTILINE)
    assert {name.lower() for name in shown} <= set(request_.headers)
    assert {name for name in request_.headers if name.startswith("x-")} == {
        name.lower() for name in shown if name.startswith("X-")
    }


class Headers(dict[str, str]):
    """Headers as most frameworks have them: their names in any case."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


def judged_in_python(request: Request, headers: dict[str, str], body: bytes) -> bool:
    there: dict[str, Any] = {}
    exec(code("python"), there)
    there["KEY"] = KEY.encode()
    return bool(there["is_ours"](Headers(headers), body))


def judged_in_php(request: Request, headers: dict[str, str], body: bytes) -> bool:
    server = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    script = f"{code('php')}\n[$key, $server, $body] = json_decode(stream_get_contents(STDIN), true);"
    given = json.dumps([KEY, server, body.decode()])
    command = ["php", "-r", f"{script} echo is_ours($key, $server, $body) ? 'yes' : 'no';"]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    return {"yes": True, "no": False}[done.stdout]


@pytest.mark.parametrize(
    "judge", [judged_in_python, pytest.param(judged_in_php, marks=pytest.mark.php)], ids=["Python", "PHP"]
)
def test_the_code_for_receivers_takes_what_is_ours_and_nothing_else(request_: Request, judge: Any) -> None:
    if judge is judged_in_php and shutil.which("php") is None:
        pytest.skip("PHP is not installed")
    headers, body = request_.headers, request_.body
    assert judge(request_, headers, body)
    assert not judge(request_, headers, body.replace(b"test", b"tess"))
    later = str(int(headers["x-hotdesk-timestamp"]) + 1)
    assert not judge(request_, {**headers, "x-hotdesk-timestamp": later}, body)
    for missing in ("x-hotdesk-timestamp", "x-hotdesk-signature"):
        assert not judge(request_, {k: v for k, v in headers.items() if k != missing}, body)
    assert not judge(request_, {**headers, "x-hotdesk-timestamp": "soon"}, body)


def test_what_is_old_is_refused_by_that_code(request_: Request) -> None:
    headers = {name.title(): value for name, value in request_.headers.items()}
    later = "import time; now = time.time(); time.time = lambda: now + 301"
    script = f"{later}\n{code('python')}\nKEY = {KEY.encode()!r}\nprint(is_ours({headers!r}, {request_.body!r}))"
    old = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert old.stdout == "False\n"
