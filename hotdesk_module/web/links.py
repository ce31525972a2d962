"""Addresses for fragments: the browser only ever sees FreePBX's page, which brings our own path as ``view``."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from flask import Response, current_app, request
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from hotdesk_module.web.gate import identity

TOKEN = "hotdesk_token"
# Where to go back to, in a link or a form: a page of ours with its query.
BACK = "back"
_PATH = re.compile(r"/(?!/)[\x21-\x7e]{0,1500}")


def path(base: str, **query: object) -> str:
    """Return a path of the panel with its query; what is None or empty is left out. ``base`` may have one already."""
    base, _, known = base.partition("?")
    given = {name: str(value) for name, value in (*parse_qsl(known), *query.items()) if value not in (None, "")}
    return f"{base}?{urlencode(given)}" if given else base


@lru_cache(maxsize=4096)
def link(base: str, **query: object) -> str:
    """Return what a fragment's link or form goes to."""
    # Remembered, for a list that is followed asks for the same hundreds again and again.
    return f"?display=hotdesk&view={quote(path(base, **query), safe='')}"


def extension(number: str = "") -> str:
    """Return where FreePBX itself shows an extension, or all of them."""
    return freepbx("extension", number) if number else "?display=extensions"


# What FreePBX's page of a thing is called, and what stands in front of its number there.
_PAGES = {
    "extension": ("extensions", ""),
    "queue": ("queues", ""),
    "ring_group": ("ringgroups", "GRP-"),
    "follow_me": ("findmefollow", "GRP-"),
    "route": ("routing", ""),
}


def freepbx(kind: str, number: str) -> str:
    """Return where FreePBX itself shows an ``extension``, ``queue``, ``ring_group``, ``follow_me`` or ``route``."""
    display, prefix = _PAGES[kind]
    view = {} if kind == "extension" else {"view": "form"}
    name = "id" if kind == "route" else "extdisplay"
    return f"?{urlencode({'display': display, **view, name: f'{prefix}{number}'})}"


def back(otherwise: str) -> str:
    """Return where whoever asks came from; anything but a page of ours is as if it were not said."""
    said = request.form.get(BACK) or request.args.get(BACK, "")
    return said if _is_page(said) else otherwise


def _is_page(said: str) -> bool:
    if not _PATH.fullmatch(said) or "#" in said:
        return False
    base = urlsplit(said).path
    if base.startswith(("/api/", "/internal/")):
        return False
    try:
        current_app.url_map.bind("").match(base, method="GET")
    except HTTPException:
        return False
    return True


def back_field(base: str) -> Markup:
    """Return the hidden field that says where to go back to."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(BACK, base)


def token_field() -> Markup:
    """Return the hidden field that every form of method POST carries."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN, identity().token)


def go_to(base: str, **query: object) -> Response:
    """Return the answer after something was done: go and look. The bridge makes a page link of it."""
    return Response(status=303, headers={"Location": path(base, **query)})
