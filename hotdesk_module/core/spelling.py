"""What Asterisk can spell: every language has sounds for the letters a to z and the digits, and for nothing else."""

from __future__ import annotations

# Longer ones nobody listens to.
LONGEST = 30

# Letters that are no other letter with a mark on it; Unicode does not take them apart.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


def spelled(text: str) -> tuple[str, ...]:
    """Return the words of a label as they can be spelled, e.g. ``("cafe", "2")`` for ``Café 2``.

    What has no such letters, as a Chinese label, leaves nothing; what is too long ends early, with whole words.
    """
    # Only here, for nobody who logs in needs it.
    import unicodedata

    plain = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    kept = "".join(c if c.isascii() and c.isalnum() else "" if unicodedata.combining(c) else " " for c in plain)
    words: list[str] = []
    for word in kept.split():
        if sum(map(len, words)) + len(word) > LONGEST:
            break
        words.append(word)
    return tuple(words)
