"""Sentences in the reader's language."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from hotdesk_module import health
from hotdesk_module.health.said import NAMED, Said, counted, joined, listed, phones, say, users, verbatim
from tests.support.clinic import ILLS, Clinic, Ill


def german(text: str) -> str:
    """Return a text of a small catalogue."""
    return {"%(who)s sits there": "Dort sitzt %(who)s", "user %(number)s": "Benutzer %(number)s"}.get(text, text)


def germans(one: str, many: str, count: int) -> str:
    return {"Phone %(numbers)s": ("Telefon %(numbers)s", "Telefone %(numbers)s")}[one][count != 1]


def test_a_sentence_is_english_as_text_and_what_a_catalogue_says_for_a_reader() -> None:
    said = say("%(who)s sits there", who=say("user %(number)s", number="1001"))
    assert str(said) == "user 1001 sits there"
    assert said.told(german, germans) == "Dort sitzt Benutzer 1001"
    assert phones(["200", "201"]).told(german, germans) == "Telefone 200, 201"


def test_what_is_counted_takes_the_form_of_its_number() -> None:
    assert str(counted("%(count)s thing", "%(count)s things", 1)) == "1 thing"
    assert str(counted("%(count)s thing", "%(count)s things", 12)) == "12 things"
    assert str(users(["1001"])) == "User 1001"


def test_of_very_many_the_first_are_named_and_the_rest_is_counted() -> None:
    numbers = [str(n) for n in range(NAMED + 3)]
    assert str(phones(numbers)).endswith(f"{NAMED - 1} and 3 more")
    assert listed(numbers[:NAMED]) == tuple(numbers[:NAMED])


def test_what_comes_from_outside_is_no_template() -> None:
    evil = "100%(x)s %d %"
    assert str(say("It is called %(name)s.", name=evil)) == f"It is called {evil}."
    assert str(verbatim(evil)) == evil
    assert joined([verbatim(evil), say("So.")]) == f"{evil} So."


@pytest.mark.parametrize("ill", ILLS, ids=lambda ill: ill.what)
def test_no_finding_has_a_word_that_a_catalogue_cannot_change(ill: Ill) -> None:
    """Only what is no language stays: numbers, names, codes, addresses, and errors' own messages."""

    def dumb(text: str) -> str:
        return "".join(f"%({part.partition(')')[0]})s" for part in text.split("%(")[1:]) or "…"

    clinic = Clinic()
    ill.make(clinic)
    for finding in clinic.examine():
        for sentence in (finding.heading, *finding.means, *finding.do):
            left = sentence.told(dumb, lambda one, many, count: dumb(one if count == 1 else many))
            words = [w for w in left.replace("…", " ").split() if w.isalpha() and len(w) > 3 and w.islower()]
            assert set(words) <= {"flask"} or sentence.one == verbatim("").one, (sentence, left)


def test_every_sentence_is_written_where_the_translators_find_it() -> None:
    """``say`` and ``counted`` are what babel looks for, and it reads literals only."""
    folder = Path(health.__file__).parent
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("say", "counted"):
                texts = node.args[: 1 if node.func.id == "say" else 2]
                assert all(isinstance(t, ast.Constant) and isinstance(t.value, str) for t in texts), (path, node.lineno)


def test_a_sentence_is_not_taken_for_several_things() -> None:
    assert isinstance(say("x"), Said) and str(say("%(what)s.", what=say("%(a)s", a=("1", "2")))) == "1, 2."
