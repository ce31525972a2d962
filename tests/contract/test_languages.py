"""The catalogues: complete for the translators, current for gettext, and harmless."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TOP = Path(__file__).resolve().parents[2]
FOLDER = TOP / "i18n"
LANGUAGES = sorted(p.parents[1].name for p in FOLDER.glob("*/LC_MESSAGES/hotdesk.po"))
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|%%")
KEYWORDS = re.search(r"extract (.*?) --no-location", (TOP / "tools/translations").read_text(encoding="utf-8"))


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def po(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "hotdesk.po"


def texts(given: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the forms of a message: one, or singular and plural."""
    return (given,) if isinstance(given, str) else tuple(given or ())


def translated(language: str) -> list[Message]:
    return [m for m in catalogue(po(language)) if m.id and all(texts(m.string))]


def test_the_languages_that_are_begun_are_these() -> None:
    assert LANGUAGES == ["de_DE", "es_ES", "fr_FR"]
    assert all(len(translated(language)) > 100 for language in LANGUAGES)


def test_the_translators_have_every_word_of_the_panel(tmp_path: Path) -> None:
    assert KEYWORDS is not None
    out = tmp_path / "hotdesk.pot"
    command = [
        sys.executable,
        "-m",
        "babel.messages.frontend",
        "-q",
        "extract",
        *KEYWORDS[1].split(),
        "-o",
        str(out),
        ".",
    ]
    subprocess.run(command, cwd=TOP, check=True)
    now, kept = ({m.id for m in catalogue(p) if m.id} for p in (out, FOLDER / "hotdesk.pot"))
    assert now == kept, "run make translations"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_gettext_reads_is_what_the_translators_wrote(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(po(language)))
    assert compiled.getvalue() == po(language).with_suffix(".mo").read_bytes(), "run make translations"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_its_message(language: str) -> None:
    """A place that the page does not fill would be an error instead of a page."""
    wrong = []
    for message in translated(language):
        allowed = set(PLACEHOLDER.findall(" ".join(texts(message.id))))
        for text in texts(message.string):
            found = PLACEHOLDER.findall(text)
            if not set(found) <= allowed or text.replace("%%", "").count("%") != len([f for f in found if f != "%%"]):
                wrong.append((message.id, text))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_no_markup_of_its_own(language: str) -> None:
    tags = re.compile(r"<[^>]*>|&\w+;")
    for message in translated(language):
        allowed = set(tags.findall(" ".join(texts(message.id))))
        assert all(set(tags.findall(text)) <= allowed for text in texts(message.string))
