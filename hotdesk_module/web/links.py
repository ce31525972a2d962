"""Addresses for fragments: the browser only ever sees FreePBX's page, which brings our own path as ``view``."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from flask import Response
from markupsafe import Markup

from hotdesk_module.web.gate import identity

TOKEN = "hotdesk_token"


def path(base: str, **query: object) -> str:
    """Return a path of the panel with its query; what is None or empty is left out."""
    given = {name: str(value) for name, value in query.items() if value not in (None, "")}
    return f"{base}?{urlencode(given)}" if given else base


def link(base: str, **query: object) -> str:
    """Return what a fragment's link or form goes to."""
    return f"?display=hotdesk&view={quote(path(base, **query), safe='')}"


def extension(number: str) -> str:
    """Return where FreePBX itself shows an extension."""
    return freepbx("extension", number)


# What FreePBX's page of a thing is called, and what stands in front of its number there.
_PAGES = {
    "extension": ("extensions", ""),
    "queue": ("queues", ""),
    "ring_group": ("ringgroups", "GRP-"),
    "follow_me": ("findmefollow", "GRP-"),
}


def freepbx(kind: str, number: str) -> str:
    """Return where FreePBX itself shows an ``extension``, ``queue``, ``ring_group`` or ``follow_me``."""
    display, prefix = _PAGES[kind]
    view = {} if kind == "extension" else {"view": "form"}
    return f"?{urlencode({'display': display, **view, 'extdisplay': f'{prefix}{number}'})}"


def token_field() -> Markup:
    """Return the hidden field that every form of method POST carries."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN, identity().token)


def go_to(base: str, **query: object) -> Response:
    """Return the answer after something was done: go and look. The bridge makes a page link of it."""
    return Response(status=303, headers={"Location": path(base, **query)})
