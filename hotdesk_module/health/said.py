"""Sentences that can be said in the reader's language.

A check says what it found as a template and what stands in its places; the template is what the translators have
(``tools/babel.cfg``). As text it is English, for the command line, the log and FreePBX's notifications.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Callable, NamedTuple, Union

# So many things a sentence names.
NAMED = 10


class Said(NamedTuple):
    """A sentence, or a part of one.

    Attributes:
        one: the template, with places such as ``%(phone)s``; where it is counted, the form for one thing.
        many: the form for several things; empty where nothing is counted.
        number: how many they are.
        fields: what stands in the places; several things are told with commas between them.
    """

    one: str
    many: str = ""
    number: int = 0
    fields: tuple[tuple[str, Field], ...] = ()

    def __str__(self) -> str:
        return self.told(_same, _english)

    def told(self, gettext: Callable[[str], str], ngettext: Callable[[str, str, int], str]) -> str:
        """Return it in the language of a catalogue."""

        def tell(field: Field) -> str:
            if isinstance(field, Said):
                return field.told(gettext, ngettext)
            return ", ".join(tell(one) for one in field) if isinstance(field, tuple) else str(field)

        template = ngettext(self.one, self.many, self.number) if self.many else gettext(self.one)
        return template % {name: tell(field) for name, field in self.fields}


# A named tuple cannot be told from a tuple by its type alone, so a sentence is looked for first.
Field = Union[str, int, Said, tuple[Union[str, Said], ...]]


def say(template: str, **fields: Field) -> Said:
    """Return a sentence."""
    return Said(template, fields=tuple(fields.items()))


def counted(one: str, many: str, count: int, **fields: Field) -> Said:
    """Return a sentence in the form that goes with a count, which may stand in it as ``%(count)s``."""
    return Said(one, many, count, (("count", count), *fields.items()))


def verbatim(text: str) -> Said:
    """Return what is no template and stays as it is: an error's own message."""
    return Said("%(text)s", fields=(("text", text),))


def joined(sentences: Iterable[Said]) -> str:
    """Return sentences in English, one behind the other."""
    return " ".join(map(str, sentences))


def listed(things: Sequence[str | Said]) -> Field:
    """Return the first things by name, and how many more there are."""
    if len(things) <= NAMED:
        return tuple(things)
    return say("%(first)s and %(more)s more", first=tuple(things[:NAMED]), more=len(things) - NAMED)


def phones(numbers: Sequence[str]) -> Said:
    """Return ``Phone 200`` or ``Phones 200, 201 and 3 more``."""
    return counted("Phone %(numbers)s", "Phones %(numbers)s", len(numbers), numbers=listed(numbers))


def users(numbers: Sequence[str]) -> Said:
    """Return ``User 1001`` or ``Users 1001, 1002 and 3 more``."""
    return counted("User %(numbers)s", "Users %(numbers)s", len(numbers), numbers=listed(numbers))


def _same(template: str) -> str:
    return template


def _english(one: str, many: str, count: int) -> str:
    return one if count == 1 else many
