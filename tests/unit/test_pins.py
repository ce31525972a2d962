"""Hot desk PINs as an administrator sets and removes them."""

from __future__ import annotations

import pytest

from hotdesk_module import pins
from hotdesk_module.core.model import User
from hotdesk_module.core.pins import matches
from hotdesk_module.errors import BadExtension, BadPin, HasMailbox, HotdeskError, UnknownUser
from hotdesk_module.pins import Pin
from hotdesk_module.ports import HistoryFilter
from tests.support.fakes import FakeClock, FakeInventory, FakeLedger

NOW = 1_700_000_000
PIN = "594173"


@pytest.fixture
def ledger() -> FakeLedger:
    return FakeLedger()


@pytest.fixture
def inventory() -> FakeInventory:
    """Return a FreePBX where 1001 has a mailbox, 1005 and 01005 have none."""
    return FakeInventory(
        users=[User("1001", "John", "default"), User("1005", "Nora", ""), User("01005", "Zero", "")],
    )


def set_pin(ledger: FakeLedger, inventory: FakeInventory, extension: str = "1005", pin: str = PIN) -> None:
    pins.set_pin(ledger, inventory, FakeClock(NOW), "panel", "maria", extension, pin)


def test_a_pin_is_stored_as_a_hash_with_a_salt_of_its_own(ledger: FakeLedger, inventory: FakeInventory) -> None:
    set_pin(ledger, inventory)
    set_pin(ledger, inventory, "01005")
    assert matches(PIN, ledger.pin("1005")) and matches(PIN, ledger.pin("01005"))
    assert ledger.pin("1005") != ledger.pin("01005")
    assert PIN not in str(ledger.snapshot())


def test_the_history_says_who_set_and_removed_whose_pin(ledger: FakeLedger, inventory: FakeInventory) -> None:
    set_pin(ledger, inventory)
    assert pins.remove_pin(ledger, FakeClock(NOW + 1), "cli", "otto", "1005")
    assert ledger.pin("1005") == ""
    assert [e[:9] for e in ledger.events(HistoryFilter())] == [
        (NOW + 1, "pin", "", "1005", "cli", "otto", "pin_removed", "", True),
        (NOW, "pin", "", "1005", "panel", "maria", "pin_set", "", True),
    ]


def test_removing_what_is_not_there_does_nothing(ledger: FakeLedger) -> None:
    assert not pins.remove_pin(ledger, FakeClock(NOW), "cli", "otto", "1005")
    assert ledger.events(HistoryFilter()) == ()


@pytest.mark.parametrize(
    ("extension", "pin", "error"),
    [
        ("1001", PIN, HasMailbox),
        ("4711", PIN, UnknownUser),
        ("10x", PIN, BadExtension),
        ("1005", "1234", BadPin),
        ("1005", "1005", BadPin),
        ("1005", "12", BadPin),
    ],
)
def test_what_is_refused_is_neither_stored_nor_in_the_history(
    ledger: FakeLedger, inventory: FakeInventory, extension: str, pin: str, error: type[HotdeskError]
) -> None:
    with pytest.raises(error):
        set_pin(ledger, inventory, extension, pin)
    assert ledger.writes.count == 0


def test_the_list_says_whose_pin_is_of_no_use_any_more_and_it_can_be_removed(
    ledger: FakeLedger, inventory: FakeInventory
) -> None:
    set_pin(ledger, inventory)
    set_pin(ledger, inventory, "01005")
    ledger.save_pin("1009", "of somebody who left", NOW - 5)
    inventory.all_users[2] = User("01005", "Zero", "default")
    assert pins.all_pins(ledger, inventory) == (
        Pin("1005", "Nora", NOW, "used"),
        Pin("1009", "", NOW - 5, "no_user"),
        Pin("01005", "Zero", NOW, "mailbox"),
    )
    for extension in ("1009", "01005"):
        assert pins.remove_pin(ledger, FakeClock(NOW), "cli", "otto", extension)
    assert list(ledger.pins()) == ["1005"]
