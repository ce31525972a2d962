"""What can be spelled of a label."""

from __future__ import annotations

import pytest

from hotdesk_module.core.spelling import LONGEST, spelled


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("Lobby", ("lobby",)),
        ("Room 2.13", ("room", "2", "13")),
        ("Café Señor", ("cafe", "senor")),
        ("Büro Größe", ("buro", "grosse")),
        ("Ærø, Łódź", ("aero", "lodz")),
        ("ﬁne ²", ("fine", "2")),
        ("前台 3", ("3",)),
        ("Приём", ()),
        ('a"b\nc', ("a", "b", "c")),
        ("", ()),
    ],
)
def test_letters_lose_their_marks_and_what_has_no_sound_is_left_out(label: str, words: tuple[str, ...]) -> None:
    assert spelled(label) == words


def test_a_long_label_ends_with_a_whole_word() -> None:
    assert spelled("reception second floor behind the stairs") == ("reception", "second", "floor", "behind", "the")
    assert spelled("x" * (LONGEST + 1)) == ()


def test_nothing_but_small_letters_and_digits_is_ever_spelled() -> None:
    everything = "".join(map(chr, range(0x3000)))
    for start in range(0, len(everything), 8):
        for word in spelled(everything[start : start + 8]):
            assert set(word) <= set("abcdefghijklmnopqrstuvwxyz0123456789")
