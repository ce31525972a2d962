"""Admin → Hot Desking in the demo: what FreePBX and the PHP bridge do there, done here.

It knows who asks and that it was our own form, signs that, passes the request on, and puts what comes back into a page
or sends it as it is. See `bridge/Page.php` and `bridge/Visitor.php`.
"""

from __future__ import annotations

import hmac
import re
import secrets
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, render_template, request, send_from_directory, session, url_for
from markupsafe import Markup

from hotdesk_module.demo import panel_socket
from hotdesk_module.demo.daemon import ROOT, Daemon
from hotdesk_module.demo.panel_socket import Reply, Trouble, Unreachable
from hotdesk_module.web.identity import PAGE, Identity

AT = "/panel"
ASSETS = ROOT / "assets"
# Bytes of a request; the panel itself takes less, and says so.
LARGEST = 16_000_000

# What the panel's own paths begin with for the browser.
_LINK = f"{AT}/?display=hotdesk&view="
_SCRIPT_LINK = f"{AT}/ajax.php?module=hotdesk&command=panel&view="
_PATH = re.compile(r"/(?!/)[\x21\x22\x24-\x7e]*")

# The headers of an answer that the browser gets; the others are between the panel and us.
_PASSED = ("content-type", "content-disposition", "cache-control", "x-content-type-options", "x-hotdesk-seen")

# The headers of a request that the panel is to see.
_SEEN = ("Content-Type", "Accept", "Accept-Language")

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_READING = ("GET", "HEAD")
_TOKEN = "hotdesk_token"
_REPEAT = "This page is out of date; go back, load it again and repeat."
_SOMEBODY = "admin"
_LONGEST_NAME = 40


def panel(daemon: Daemon) -> Blueprint:
    """Return the pages below /panel."""
    pages = Blueprint("panel", __name__, url_prefix=AT)

    def reply() -> Reply:
        """Ask the panel; where the daemon is down, start it and ask again."""
        try:
            return ask()
        except Unreachable:
            if not daemon.comes_up():
                raise Trouble(daemon.trouble()) from None
            return ask()

    def ask() -> Reply:
        headers = {name: request.headers[name] for name in _SEEN if request.headers.get(name)}
        body = b"" if request.method in _READING else request.get_data()
        return panel_socket.ask(
            daemon.folder, Identity(PAGE, _user(), _token()), request.method, _target(), body, headers
        )

    @pages.route("/", methods=_METHODS, provide_automatic_options=False)
    def page() -> Response:
        if "as" in request.args:
            return _become(request.args["as"])
        if _last("display", "hotdesk") != "hotdesk":
            return _framed(200, render_template("elsewhere.html", **_elsewhere()))
        if not _is_ours():
            return _problem(403, "Nothing was changed", _REPEAT)
        try:
            answer = reply()
        except Trouble as trouble:
            return _problem(503, "Hot Desking cannot be shown", str(trouble))
        if not answer.is_fragment:
            return _sent(answer, _LINK)
        return _framed(answer.status, Markup(answer.body.decode("utf-8", "replace")))

    @pages.route("/ajax.php", methods=_METHODS, provide_automatic_options=False)
    def script() -> Response:
        if (_last("module"), _last("command")) != ("hotdesk", "panel"):
            return _error(404, "not_found", "The demo has no other scripts than the panel's.")
        if not _is_ours():
            return _error(403, "bad_token", f"Nothing was changed. {_REPEAT}")
        try:
            return _sent(reply(), _SCRIPT_LINK)
        except Trouble as trouble:
            return _error(503, "panel_down", str(trouble))

    @pages.get("/assets/<path:name>")
    def asset(name: str) -> Response:
        return send_from_directory(ASSETS, name)

    return pages


# --- who asks, and for what


def _user() -> str:
    return str(session.get("user", _SOMEBODY))


def _token() -> str:
    """Return the token that the forms of this browser carry."""
    if _TOKEN not in session:
        session[_TOKEN] = secrets.token_hex(32)
    return str(session[_TOKEN])


def _become(name: str) -> Response:
    """Let this browser be another administrator, so that two browsers can be two."""
    name = "".join(c for c in name if c.isprintable()).strip()[:_LONGEST_NAME]
    session.clear()
    session["user"] = name or _SOMEBODY
    return Response(status=303, headers={"Location": url_for("panel.page")})


def _is_ours() -> bool:
    """Return whether the request only reads, or comes from a form or script of our own."""
    if request.method in _READING:
        return True
    # The panel wants the body as it came; reading the form first would use it up.
    request.get_data(cache=True)
    given = request.headers.get("X-Hotdesk-Token") or request.form.get(_TOKEN, "")
    known = str(session.get(_TOKEN, ""))
    return bool(known) and hmac.compare_digest(known.encode(), given.encode("utf-8", "replace"))


def _target() -> str:
    """Return the path and query of the panel that are asked for; the overview where they make no sense."""
    view = _last("view", "/")
    return view if _PATH.fullmatch(view) else "/"


def _last(name: str, otherwise: str = "") -> str:
    # Of a name that comes twice PHP takes the last.
    return next(reversed(request.args.getlist(name)), otherwise)


# --- what the browser gets


def _framed(status: int, fragment: str) -> Response:
    """Return a page with the demo's frame around a part of one."""
    # FreePBX includes whatever a module has there.
    assets = {kind: sorted(path.name for path in Path(ASSETS, kind).glob(f"*.{kind}")) for kind in ("css", "js")}
    page = render_template("frame.html", fragment=Markup(fragment), user=_user(), assets=assets)
    return Response(page, status, {"Cache-Control": "no-store"}, mimetype="text/html")


def _problem(status: int, title: str, text: str) -> Response:
    shown = Markup(
        '<div class="container-fluid"><h1>Hot Desking</h1><div class="alert alert-danger" role="alert"><h4>{}</h4>'
        '<p style="white-space: pre-line">{}</p><p><a class="btn btn-default" href="?display=hotdesk">Try again</a></p>'
        "</div></div>"
    ).format(title, text)
    return _framed(status, shown)


def _sent(answer: Reply, link: str) -> Response:
    """Return an answer of the panel as it is."""
    headers = {name: answer.headers[name] for name in _PASSED if name in answer.headers}
    response = Response(answer.body, answer.status, headers)
    to = answer.headers.get("location", "")
    if _PATH.match(to):
        response.headers["Location"] = link + quote(to, safe="")
    return response


def _error(status: int, code: str, message: str) -> Response:
    response = jsonify(error={"code": code, "message": message})
    response.status_code = status
    return response


# --- FreePBX's own pages

_NAMES = {"extensions": "Applications → Extensions", "featurecodeadmin": "Admin → Feature Codes"}


def _elsewhere() -> dict[str, str]:
    """Return where a link into FreePBX would have led."""
    display = _last("display")
    return {"display": display, "where": _NAMES.get(display, ""), "extension": _last("extdisplay")}
