"""The reader's language: gettext catalogues, in FreePBX's own place for a module's.

The bridge passes on the language that FreePBX shows itself in, as ``Accept-Language``. What a catalogue does not have
yet is English, the language of the messages themselves.
"""

from __future__ import annotations

import gettext as gettext_
from functools import cache
from pathlib import Path

from flask import Flask, has_request_context, request

DOMAIN = "hotdesk"
FOLDER = Path(__file__).resolve().parents[2] / "i18n"
ENGLISH = "en"


def gettext(message: str) -> str:
    """Return a message in the reader's language."""
    return _catalogue(language()).gettext(message)


def N_(message: str) -> str:
    """Return a message as it is, marked for the translators: it is translated where it is shown."""
    return message


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a message that goes with a count."""
    return _catalogue(language()).ngettext(one, many, count)


def language() -> str:
    """Return the reader's language, as FreePBX writes it (``de_DE``); English where we have no catalogue."""
    if not has_request_context():
        return ENGLISH
    for wanted, _ in request.accept_languages:
        wanted = wanted.replace("-", "_")
        for known in languages():
            if wanted.lower() in (known.lower(), known.partition("_")[0]):
                return known
        if wanted.partition("_")[0] == ENGLISH:
            return ENGLISH
        for known in languages():
            if wanted.partition("_")[0].lower() == known.partition("_")[0]:
                return known
    return ENGLISH


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that there are catalogues for."""
    return tuple(sorted(path.parents[1].name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")))


@cache
def _catalogue(name: str) -> gettext_.NullTranslations:
    return gettext_.translation(DOMAIN, str(FOLDER), [name], fallback=True)


def speak(app: Flask) -> None:
    """Let templates say ``_()`` and ``{% trans %}``."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # A sentence may be broken into lines in a template and is one in the catalogue.
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(language=lambda: language().replace("_", "-"))
