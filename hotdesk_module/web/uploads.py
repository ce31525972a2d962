"""Files that a form brings along, as bytes: what they mean, and whether they are text at all, their reader knows."""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask import request


def uploaded(name: str) -> bytes:
    """Return a file; nothing where none was chosen.

    FreePBX's PHP takes a form with files to pieces, so the bridge sends one without: the bytes are the field's value,
    and not always UTF-8, as which Flask would read them. In front of any other bridge it is a form with files.
    """
    # First, for reading the form uses it up; and each byte a character, and back.
    body = request.get_data(cache=True).decode("latin-1")
    if name in request.files:
        return bytes(request.files[name].read())
    pairs = parse_qsl(body, keep_blank_values=True, encoding="latin-1")
    return next((value for key, value in pairs if key == name), "").encode("latin-1")
