"""The AGI protocol where Asterisk breaks off."""

from __future__ import annotations

import io

import pytest

from hotdesk_module.agi.protocol import Agi
from hotdesk_module.errors import AsteriskDown

ANSWER = b"200 result=1 (5551234)\n"


@pytest.mark.parametrize("length", range(len(ANSWER)))
def test_half_an_answer_is_none(length: int) -> None:
    agi = Agi(io.BytesIO(b"agi_channel: PJSIP/200-1\n\n" + ANSWER[:length]), io.BytesIO())
    with pytest.raises(AsteriskDown):
        agi.execute("DATABASE GET", "CF", "1001")


def test_a_whole_answer_is_one() -> None:
    agi = Agi(io.BytesIO(b"agi_channel: PJSIP/200-1\n\n" + ANSWER), io.BytesIO())
    assert agi.execute("DATABASE GET", "CF", "1001").data == "5551234"
