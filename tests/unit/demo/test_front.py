"""The demo's front of the panel: what it lets through, what it makes of the answer, what it does without a daemon."""

from __future__ import annotations

import io
import logging
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from flask import Flask, Response, jsonify, request
from flask.testing import FlaskClient

from hotdesk_module.daemon.folder import Folder
from hotdesk_module.daemon.panel import Panel
from hotdesk_module.demo import front
from hotdesk_module.demo.app import create_app
from hotdesk_module.demo.daemon import ROOT, Daemon
from hotdesk_module.demo.pbx import Pbx
from hotdesk_module.web.gate import guard, identity

LOG = logging.getLogger("test")
PAGE = "/panel/?display=hotdesk&view="
SCRIPT = "/panel/ajax.php?module=hotdesk&command=panel&view="


class Minded:
    """A panel on a socket, in the place of the daemon's process."""

    def __init__(self, state: str) -> None:
        self.folder = Folder(state)
        self.folder.prepare()
        self.can_start = True
        self.starts = 0
        self.panel: Panel | None = None

    def comes_up(self) -> bool:
        if not self.can_start:
            return False
        self.starts += 1
        self.panel = Panel(_panel(self.folder.new_secret()), self.folder.socket, LOG)
        self.panel.start()
        return True

    def trouble(self) -> str:
        return "The daemon of Hot Desking does not start. No module named <b>."

    def end(self) -> None:
        if self.panel is not None:
            self.panel.stop()
            self.panel = None


def _panel(secret: str) -> Flask:
    """Return what answers as the panel does, behind the panel's own gate."""
    app = Flask("panel")
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    guard(app, secret, lambda: int(time.time()), LOG)

    @app.get("/")
    def fragment() -> Response:
        return Response(f"<p id=part>{identity().token}</p>", headers={"X-Hotdesk-Fragment": "1"})

    @app.post("/refused")
    def refused() -> Response:
        return Response("<p>No.</p>", 409, {"X-Hotdesk-Fragment": "1"})

    @app.route("/echo", methods=["GET", "POST"])
    def echo() -> Response:
        file = request.files.get("file")
        return jsonify(
            user=identity().user,
            query=request.args.to_dict(),
            form=request.form.to_dict(),
            file=file.read().decode() if file else None,
            language=request.headers.get("Accept-Language"),
        )

    @app.get("/file")
    def file() -> Response:
        headers = {
            "Content-Disposition": 'attachment; filename="phones.csv"',
            "X-Inside": "1",
            "Cache-Control": "no-store",
        }
        return Response("a,b\r\n", headers=headers, mimetype="text/csv")

    @app.post("/done")
    def done() -> Response:
        return Response(status=303, headers={"Location": request.args["to"]})

    return app


@pytest.fixture
def daemon() -> Iterator[Minded]:
    # A socket's path must be short.
    with tempfile.TemporaryDirectory() as folder:
        minded = Minded(str(Path(folder, "state")))
        yield minded
        minded.end()


@pytest.fixture
def web(pbx: Pbx, daemon: Minded) -> FlaskClient:
    return create_app(pbx, cast(Daemon, daemon)).test_client()


def token(web: FlaskClient) -> str:
    """Return the token of the forms of this browser."""
    page = web.get(PAGE + "%2F").get_data(as_text=True)
    return page.partition("<p id=part>")[2].partition("<")[0]


def told(web: FlaskClient, **more: Any) -> Any:
    return web.get(PAGE + "%2Fecho", **more).get_json()


def test_the_demo_and_the_bridge_pass_on_the_same_headers() -> None:
    written = re.search(r"const PASSED = \[(.*)\];", (ROOT / "bridge" / "Page.php").read_text())
    assert written is not None
    assert re.findall("'([^']+)'", written[1]) == list(front._PASSED)


def test_a_part_of_a_page_stands_in_the_frame(web: FlaskClient) -> None:
    answer = web.get("/panel/")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "<p id=part>" in page
    assert "Logged in as" in page and "admin" in page
    for included in ("/static/admin.css", "/panel/assets/css/hotdesk.css", "/panel/assets/js/hotdesk.js"):
        assert included in page
        assert web.get(included, buffered=True).status_code == 200
    assert page.index("admin.css") < page.index("hotdesk.css")


def test_the_demos_page_leads_to_the_panel_where_there_is_one(web: FlaskClient, pbx: Pbx) -> None:
    assert 'href="/panel/"' in web.get("/").get_data(as_text=True)
    without = create_app(pbx).test_client()
    assert "Administration" not in without.get("/").get_data(as_text=True)
    assert without.get("/panel/").status_code == 404


def test_a_refusal_keeps_its_status_in_the_frame(web: FlaskClient) -> None:
    answer = web.post(PAGE + "%2Frefused", data={"hotdesk_token": token(web)})
    assert answer.status_code == 409 and "<p>No.</p>" in answer.get_data(as_text=True)


def test_the_path_and_its_query_reach_the_panel(web: FlaskClient) -> None:
    assert told(web)["query"] == {}
    answer = web.get(SCRIPT + "%2Fecho%3Fq%3Da%2526b%26page%3D2")
    assert answer.get_json()["query"] == {"q": "a&b", "page": "2"}


@pytest.mark.parametrize("view", ["//elsewhere.example/", "echo", "/echo x", "/echo\n", "/écho", "/echo#x"])
def test_what_is_no_path_of_the_panel_is_its_first_page(web: FlaskClient, view: str) -> None:
    assert "<p id=part>" in web.get("/panel/", query_string={"view": view}).get_data(as_text=True)


def test_of_two_views_the_last_counts_as_in_php(web: FlaskClient) -> None:
    assert web.get(PAGE + "%2Ffile&view=%2Fecho").get_json()["user"] == "admin"


def test_a_browser_may_be_another_administrator(web: FlaskClient, pbx: Pbx) -> None:
    assert told(web)["user"] == "admin"
    answer = web.get("/panel/?as=maria")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/panel/")
    assert told(web)["user"] == "maria"
    web.get("/panel/", query_string={"as": "<script>\n"})
    assert told(web)["user"] == "<script>"
    assert "&lt;script&gt;" in web.get("/panel/").get_data(as_text=True)


def test_each_browser_has_its_token_and_a_change_of_administrator_ends_it(web: FlaskClient) -> None:
    mine = token(web)
    assert len(mine) == 64 and token(web) == mine
    assert token(web.application.test_client()) != mine
    web.get("/panel/?as=maria")
    assert token(web) != mine


def test_only_our_own_forms_change_anything(web: FlaskClient) -> None:
    mine, another = token(web), token(web.application.test_client())
    for data in ({}, {"hotdesk_token": ""}, {"hotdesk_token": another}, {"hotdesk_token": "é"}):
        answer = web.post(PAGE + "%2Fecho", data=data)
        assert answer.status_code == 403 and "Nothing was changed" in answer.get_data(as_text=True)
    assert web.post(PAGE + "%2Fecho", data={"hotdesk_token": mine, "a": "1"}).get_json()["form"]["a"] == "1"


def test_a_browser_without_a_session_has_no_token_to_guess(web: FlaskClient) -> None:
    assert web.post(PAGE + "%2Fecho", data={"hotdesk_token": ""}).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_scripts_bring_the_token_in_a_header(web: FlaskClient, method: str) -> None:
    mine = token(web)
    refused = web.open(SCRIPT + "%2Fecho", method=method)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (403, "bad_token")
    allowed = web.open(SCRIPT + "%2Fecho", method=method, headers={"X-Hotdesk-Token": mine})
    assert allowed.status_code in ((200,) if method == "POST" else (200, 405))


def test_other_scripts_of_freepbx_are_not_there(web: FlaskClient) -> None:
    answer = web.get("/panel/ajax.php?module=core&command=panel")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "not_found")


def test_what_is_no_part_of_a_page_is_sent_as_it_is(web: FlaskClient) -> None:
    answer = web.get(PAGE + "%2Ffile")
    assert answer.get_data() == b"a,b\r\n"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="phones.csv"'
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "X-Inside" not in answer.headers


def test_a_redirect_becomes_a_link_of_the_page_or_of_the_script(web: FlaskClient) -> None:
    mine = {"X-Hotdesk-Token": token(web)}
    done = "%2Fdone%3Fto%3D%252Fphones%253Fnotice%253D1"
    answer = web.post(PAGE + done, headers=mine)
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE + "%2Fphones%3Fnotice%3D1")
    assert web.post(SCRIPT + done, headers=mine).headers["Location"] == SCRIPT + "%2Fphones%3Fnotice%3D1"


@pytest.mark.parametrize("to", ["//elsewhere.example/", "https://elsewhere.example/"])
def test_no_redirect_leaves_the_panel(web: FlaskClient, to: str) -> None:
    view = "/done?" + urlencode({"to": to})
    answer = web.post("/panel/", query_string={"view": view}, headers={"X-Hotdesk-Token": token(web)})
    assert answer.status_code == 303 and "Location" not in answer.headers


def test_a_file_is_passed_on(web: FlaskClient) -> None:
    form = {"hotdesk_token": token(web), "file": (io.BytesIO("Zoë;200\n".encode()), "phones.csv")}
    assert web.post(PAGE + "%2Fecho", data=form).get_json()["file"] == "Zoë;200\n"


def test_the_browsers_language_is_passed_on(web: FlaskClient) -> None:
    assert told(web, headers={"Accept-Language": "de-DE"})["language"] == "de-DE"


def test_other_hosts_are_refused(web: FlaskClient) -> None:
    for path in ("/panel/", SCRIPT + "%2Fecho", "/panel/assets/css/hotdesk.css"):
        assert web.get(path, headers={"Host": "elsewhere.example"}).status_code == 403


def test_assets_are_those_of_the_module_and_nothing_else(web: FlaskClient) -> None:
    assert web.get("/panel/assets/../setup.cfg").status_code == 404
    assert web.get("/panel/assets/%2e%2e/setup.cfg").status_code == 404


def test_a_link_into_freepbx_says_where_that_would_be(web: FlaskClient) -> None:
    page = web.get("/panel/?display=extensions&extdisplay=2%3C0%3E").get_data(as_text=True)
    assert "Applications → Extensions" in page and "2&lt;0&gt;" in page and 'href="/panel/"' in page
    assert "<code>queues</code>" in web.get("/panel/?display=queues").get_data(as_text=True)


def test_the_daemon_is_started_when_somebody_comes_and_again_when_it_is_away(web: FlaskClient, daemon: Minded) -> None:
    assert daemon.starts == 0
    mine = token(web)
    assert daemon.starts == 1
    daemon.end()
    assert web.post(SCRIPT + "%2Fecho", headers={"X-Hotdesk-Token": mine}).status_code == 200
    assert (daemon.starts, token(web)) == (2, mine)


def test_without_a_daemon_the_page_says_so_and_comes_back_with_it(web: FlaskClient, daemon: Minded) -> None:
    daemon.can_start = False
    answer = web.get("/panel/")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 503 and "Hot Desking cannot be shown" in page and "Try again" in page
    assert "No module named &lt;b&gt;" in page
    script = web.get(SCRIPT + "%2Fecho")
    assert (script.status_code, script.get_json()["error"]["code"]) == (503, "panel_down")
    daemon.can_start = True
    assert web.get("/panel/").status_code == 200
