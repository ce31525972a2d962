"""What a program sent: a form or a JSON object, as texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from hotdesk_module.errors import BadValue


def given() -> Mapping[str, Any]:
    """Return what was sent.

    Raises:
        BadValue: it is JSON, but no object.
    """
    if not request.is_json:
        return request.form
    try:
        data = request.get_json()
    except RecursionError as error:
        raise BadValue("Send a JSON object that is not nested so deeply.") from error
    if not isinstance(data, dict):
        raise BadValue("Send a JSON object.")
    return data


def text(name: str) -> str:
    """Return a text; empty where it is not given.

    Raises:
        BadValue: it is a number of JSON, which would have lost the zeros in front of it, or something else.
    """
    value = given().get(name, "")
    if not isinstance(value, str):
        raise BadValue(f"{name}: write it as text, in quotes.")
    return value.strip()


def flag(name: str) -> bool:
    """Return whether something is asked for."""
    return given().get(name) in (True, "yes", "true", "1")


def texts(name: str) -> tuple[str, ...]:
    """Return a list of texts, of JSON or of a form's fields of that name; each once.

    Raises:
        BadValue: it is no list of texts.
    """
    if not request.is_json:
        return tuple(dict.fromkeys(v.strip() for v in request.form.getlist(name)))
    value = given().get(name, [])
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise BadValue(f"{name}: write a list of texts.")
    return tuple(dict.fromkeys(v.strip() for v in value))
