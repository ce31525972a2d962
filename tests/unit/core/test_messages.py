"""What a message lamp shows, and how a phone is told."""

from __future__ import annotations

import pytest

from hotdesk_module.core.messages import Counts, mailboxes, of_device, of_user, summary, total
from hotdesk_module.core.model import User

LOBBY = User("200", "Lobby", "default")
NOBODY = User("202", "Corridor", "")


@pytest.mark.parametrize(
    ("text", "boxes"),
    [
        ("", ()),
        ("200@default", ("200@default",)),
        ("200@default, 500@sales,", ("200@default", "500@sales")),
    ],
)
def test_mailboxes_stand_in_a_list_with_commas(text: str, boxes: tuple[str, ...]) -> None:
    assert mailboxes(text) == boxes


def test_who_has_no_mailbox_has_no_messages() -> None:
    assert of_user(LOBBY) == ("200@default",)
    assert of_user(NOBODY) == of_user(None) == ()


@pytest.mark.parametrize(
    ("configured", "owner", "boxes"),
    [
        (("200@default",), LOBBY, ("200@default",)),
        (("500@sales", "200@default"), LOBBY, ("500@sales", "200@default")),
        # What FreePBX writes in device-and-user mode, where messages are counted under the owner's name only.
        (("200@device",), LOBBY, ("200@default",)),
        (("200@device", "200@default"), LOBBY, ("200@default",)),
        (("202@device",), NOBODY, ()),
        ((), LOBBY, ()),
    ],
)
def test_a_phone_at_rest_has_the_mailboxes_that_asterisk_has_for_it(
    configured: tuple[str, ...], owner: User, boxes: tuple[str, ...]
) -> None:
    assert of_device(configured, owner) == boxes


def test_several_mailboxes_are_counted_together() -> None:
    assert total([Counts(1, 2), Counts(3, 0)]) == Counts(4, 2)
    assert total([]) == Counts(0, 0)


@pytest.mark.parametrize(
    ("counts", "lines"),
    [
        (Counts(2, 5), ("Messages-Waiting: yes", "Voice-Message: 2/5 (0/0)")),
        (Counts(0, 5), ("Messages-Waiting: no", "Voice-Message: 0/5 (0/0)")),
    ],
)
def test_a_phone_is_told_in_the_words_of_asterisks_own_notify(counts: Counts, lines: tuple[str, ...]) -> None:
    assert summary(counts) == lines
