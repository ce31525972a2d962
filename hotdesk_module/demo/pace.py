"""How long things take in the demo."""

from __future__ import annotations

from typing import NamedTuple


class Pace(NamedTuple):
    """Seconds. The page's pace is quicker than life, the tests' pace quicker still."""

    prompt_per_character: float = 0.026
    prompt_least: float = 0.7
    prompt_most: float = 2.0
    between_digits: float = 2.2
    ringing: float = 15.0
    recording: float = 20.0
    ended: float = 1.8
    # Asterisk waits 6 s for a first digit and 2 s for the next where the script names no timeout.
    first_digit: float = 6.0
    next_digit: float = 2.0
    # What a timeout named by a script is multiplied with.
    script_timeout: float = 1.0

    def prompt(self, text: str) -> float:
        """Return how long it takes to say the text, shortened."""
        return min(self.prompt_most, max(self.prompt_least, len(text) * self.prompt_per_character))


# For a machine that watches the page: still one prompt after the other, each to be seen.
QUICK = Pace(0.008, 0.25, 0.6, ended=0.5)
HURRIED = Pace(0.0, 0.01, 0.01, 0.05, 0.3, 0.3, 0.02, 0.3, 0.1, 0.1)
