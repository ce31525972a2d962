"""Guessers and their victims at the service: how many tries they get, and who can log in meanwhile."""

from __future__ import annotations

import random

import pytest

from hotdesk_module import controls
from hotdesk_module.core.lockout import PHONE, USER, most_tries
from hotdesk_module.core.model import Event, Phone
from hotdesk_module.core.settings import Settings
from hotdesk_module.errors import AsteriskDown, HotdeskError, LockedOut, UnknownUser, WeakPin, WrongPin
from hotdesk_module.ports import HistoryFilter
from hotdesk_module.service import KNOWN_DAYS, KNOWN_PHONES
from tests.support.fakes import FakeSwitchboard
from tests.support.office import Office

HOUR, DAY = 3600, 86400
TEN = tuple(f"40{n}" for n in range(10))


class Company(Office):
    """An office with many phones, and somebody who guesses."""

    def __init__(self) -> None:
        super().__init__(phones=("200", "201", "202", "203", "204", "205", "206", *TEN))
        self.judged = 0

    def guess(self, phone: str, user: str = "1003") -> str:
        """Enter a wrong PIN; return what becomes of it."""

        def wrong() -> HotdeskError:
            self.judged += 1
            return WrongPin("wrong")

        with pytest.raises(HotdeskError) as refused:
            self.desk.login(phone, user, wrong)
        return refused.value.code

    def comes(self, phone: str, user: str = "1003", weak: bool = False) -> str:
        """Let the user enter the right PIN; return what becomes of it. Nobody sits there afterwards."""
        try:
            code = self.desk.login(phone, user, lambda: None, weak).code
        except HotdeskError as error:
            return error.code
        self.desk.logout(phone)
        return code

    def lines(self, event: str) -> list[Event]:
        return list(reversed(self.ledger.events(HistoryFilter(event=event, limit=100_000))))


@pytest.fixture
def company() -> Company:
    return Company()


# How many tries


def test_ten_thousand_guesses_at_once_from_one_phone_are_three_tries(company: Company) -> None:
    for _ in range(10_000):
        company.guess("200")
    assert company.judged == Settings().lock_failures


def test_ten_thousand_guesses_at_once_from_ten_phones_are_as_many_as_lock_a_user(company: Company) -> None:
    for n in range(10_000):
        company.guess(TEN[n % 10])
    assert company.judged == Settings().lock_user_failures == 10 * Settings().lock_failures
    assert company.guess("200") == "locked_out"
    assert company.judged == 30


@pytest.mark.parametrize(("phones", "tries"), [(1, 24), (10, 240)])
def test_in_a_day_guesses_every_second_minute_are_no_more_tries_than_the_sum(
    company: Company, phones: int, tries: int
) -> None:
    for _ in range(DAY // 120):
        for phone in TEN[:phones]:
            company.guess(phone)
        company.clock.advance(120)
    of_phone, of_user = most_tries(PHONE, Settings(), DAY), most_tries(USER, Settings(), DAY)
    assert of_phone and of_user
    assert company.judged <= min(phones * of_phone, of_user)
    # What is missing is what the first lock costs him who asks every second minute only.
    assert tries - 3 * phones <= company.judged <= tries


@pytest.mark.parametrize(("seconds", "tries"), [(0, 30), (HOUR, 90), (8 * HOUR, 180), (DAY, 240), (7 * DAY, 780)])
def test_ten_phones_that_guess_the_moment_they_can_get_what_the_guide_says(
    company: Company, seconds: int, tries: int
) -> None:
    end = company.clock() + seconds
    while company.clock() <= end:
        for phone in TEN * 3:
            company.guess(phone)
        locks = [lock.locked_until for lock in controls.locks(company.ledger, company.clock()) if lock.locked_until]
        company.clock.now = min(locks)
    assert company.judged == tries


def test_who_tries_one_pin_with_everybody_is_locked_like_any_other(company: Company) -> None:
    for user in ("1001", "1002", "1004"):
        assert company.guess("200", user) == "wrong_pin"
    assert company.guess("200", "1003") == "locked_out"


def test_knowing_one_pin_buys_no_guesses_at_another(company: Company) -> None:
    for _ in range(50):
        company.guess("200")
        company.comes("200", "1001")
        company.clock.advance(600)
    assert company.judged <= (most_tries(PHONE, Settings(), 50 * 600) or 0) == 24


def test_a_right_pin_for_the_guessed_user_at_another_phone_buys_no_guesses_either(company: Company) -> None:
    company.guess("200")
    company.guess("200")
    assert company.comes("201") == "logged_in"
    assert (company.guess("200"), company.guess("200")) == ("wrong_pin", "locked_out")


def test_errors_before_the_right_pin_are_forgotten_also_a_mistyped_extension(company: Company) -> None:
    for _ in range(20):
        company.guess("200")
        with pytest.raises(UnknownUser):
            company.desk.login("200", "10003", lambda: UnknownUser("nobody"))
        assert company.comes("200") == "logged_in"


def test_while_a_lock_holds_the_right_pin_is_not_judged(company: Company) -> None:
    for _ in range(3):
        company.guess("200")
    assert (company.comes("200"), company.comes("200", "1001")) == ("locked_out", "locked_out")
    assert company.desk.phone_locked("200")
    company.clock.advance(15 * 60)
    assert not company.desk.phone_locked("200")
    assert company.comes("200") == "logged_in"


def test_a_restart_forgets_nothing(company: Company) -> None:
    for _ in range(3):
        company.guess("200")
    fresh = Company()
    fresh.clock.now = company.clock.now
    fresh.ledger.restore(company.ledger.snapshot())
    assert fresh.guess("200") == "locked_out"
    fresh.clock.advance(15 * 60)
    for _ in range(3):
        fresh.guess("200")
    fresh.clock.advance(30 * 60 - 1)
    assert fresh.guess("200") == "locked_out"
    assert fresh.judged == 3


def test_nobody_is_ever_locked_where_the_setting_says_so(company: Company) -> None:
    company.ledger.save_settings({"lock_failures": "0"})
    assert {company.guess("200") for _ in range(200)} == {"wrong_pin"}


def test_a_user_is_locked_after_a_few_where_an_administrator_wants_that(company: Company) -> None:
    company.ledger.save_settings({"lock_user_failures": "3"})
    for phone in TEN:
        company.guess(phone)
    assert company.judged == 3


# The victim


def test_one_phone_never_keeps_a_user_from_another_one(company: Company) -> None:
    """A colleague guesses as often as it goes, for a week; the user has never been at the phones there are."""
    dice = random.Random(5)
    for _ in range(7 * DAY // 300):
        company.guess("200")
        company.clock.advance(dice.choice((60, 300, 540)))
        if dice.random() < 0.01:
            assert company.comes("201") == "logged_in"
        assert not company.ledger.attempts(USER, "1003").locked_until


def test_ten_phones_do_not_keep_a_user_from_the_phones_of_every_day(company: Company) -> None:
    assert company.comes("200") == "logged_in"
    for _ in range(3 * DAY // 600):
        for phone in TEN:
            company.guess(phone)
        company.clock.advance(600)
        assert company.comes("200") == "logged_in"


def test_ten_phones_keep_a_new_user_from_the_others_for_hours_at_most(company: Company) -> None:
    shut, longest = 0, 0
    for _ in range(5 * DAY // 600):
        for phone in TEN:
            company.guess(phone)
        company.clock.advance(600)
        locked = company.ledger.attempts(USER, "1003").locked_until > company.clock()
        shut = shut + 600 if locked else 0
        longest = max(longest, shut)
    assert 0 < longest <= 4 * HOUR


def test_a_known_phone_that_is_guessed_at_is_locked_itself(company: Company) -> None:
    company.comes("200")
    for _ in range(3):
        company.guess("200")
    assert company.comes("200") == "locked_out"
    assert company.comes("201") == "logged_in"


def test_guesses_at_a_phone_the_user_knows_go_on_being_counted_there_only(company: Company) -> None:
    company.comes("200")
    for phone in TEN * 3:
        company.guess(phone)
    before = company.ledger.attempts(USER, "1003")
    assert [company.guess("200") for _ in range(4)] == ["wrong_pin"] * 3 + ["locked_out"]
    assert company.ledger.attempts(USER, "1003") == before


def test_known_are_the_last_few_phones_of_the_last_weeks_and_only_by_pin(company: Company) -> None:
    visited = ("200", "201", "202", "203", "204", "205")
    for phone in visited:
        company.comes(phone)
        company.clock.advance(HOUR)
    administrator = type(company.desk)(
        company.ledger, company.inventory, company.astdb, company.switchboard, company.clock, "panel", "maria"
    )
    administrator.login("206", "1003")
    administrator.logout("206")
    for phone in TEN * 3:
        company.guess(phone)
    assert {phone: company.comes(phone) for phone in (*visited, "206")} == {
        "200": "locked_out",
        "206": "locked_out",
        **{phone: "logged_in" for phone in visited[-KNOWN_PHONES:]},
    }
    company.clock.advance(KNOWN_DAYS * DAY + HOUR)
    for phone in TEN * 3:
        company.guess(phone)
    assert company.comes("205") == "locked_out"


# Being told


def test_a_lock_is_in_the_history_and_told_to_whoever_listens(company: Company) -> None:
    for _ in range(3):
        company.guess("200")
    (line,) = company.lines("lock")
    assert (line.phone, line.user, line.code, line.detail, line.applied) == ("200", "1003", PHONE, "15 minutes", True)
    now = company.clock()
    assert company.switchboard.told == [
        (
            "HDSKLock",
            {"Kind": "phone", "Phone": "200", "User": "1003", "Seconds": "900", "Until": str(now + 900)},
        )
    ]
    for phone in TEN:
        for _ in range(3):
            company.guess(phone)
    (line,) = (e for e in company.lines("lock") if e.code == USER)
    assert (line.user, line.detail) == ("1003", "15 minutes")


def test_a_lock_holds_although_asterisk_does_not_hear_of_it(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(self: FakeSwitchboard, event: str, **headers: str) -> None:
        raise AsteriskDown("down")

    monkeypatch.setattr(FakeSwitchboard, "tell", down)
    assert [company.guess("200") for _ in range(4)] == ["wrong_pin"] * 3 + ["locked_out"]


# Lifting, and clocks


def test_a_lifted_lock_is_forgotten_with_all_before_it(company: Company) -> None:
    for _ in range(3):
        company.guess("200")
    company.clock.advance(15 * 60)
    assert [lock.kind for lock in controls.locks(company.ledger, company.clock())] == [USER]
    (lifted,) = controls.lift_locks(company.ledger, company.clock, "panel", "maria", PHONE, "200")
    assert (lifted.locked_until, lifted.failures, lifted.locks) == (0, 0, 1)
    for _ in range(3):
        company.guess("200")
    assert company.ledger.attempts(PHONE, "200").locked_until == company.clock() + 15 * 60


def test_rows_of_which_nothing_is_remembered_are_removed(company: Company) -> None:
    for _ in range(3):
        company.guess("200")
    company.guess("201")
    company.clock.advance(DAY)
    assert controls.forget_locks(company.ledger, company.clock) == 2
    assert [row[:2] for row in company.ledger.all_attempts()] == [(PHONE, "200")]
    company.clock.advance(DAY)
    assert controls.forget_locks(company.ledger, company.clock) == 1
    assert company.ledger.all_attempts() == ()


def test_a_clock_set_back_by_a_year_does_not_lock_a_phone_for_a_year(company: Company) -> None:
    for _ in range(3):
        company.guess("200")
    company.clock.advance(-365 * DAY)
    assert company.desk.phone_locked("200")
    company.clock.advance(15 * 60)
    assert not company.desk.phone_locked("200")
    assert company.comes("200") == "logged_in"


def test_whatever_the_clock_does_everybody_gets_in_within_the_longest_lock(company: Company) -> None:
    dice = random.Random(11)
    for _ in range(60):
        for _ in range(dice.randrange(4)):
            company.guess("200")
        company.clock.advance(dice.choice((-400 * DAY, -DAY, -HOUR, -1, 0, HOUR, 400 * DAY)))
    company.desk.phone_locked("200")
    company.clock.advance(Settings().lock_longest * 60)
    assert company.comes("200") == "logged_in"


# Weak PINs


def test_a_weak_pin_is_noted_until_a_login_with_a_better_one(company: Company) -> None:
    assert company.comes("200", weak=True) == "logged_in"
    assert company.ledger.weak_pins() == {"1003": company.clock()}
    company.clock.advance(60)
    assert company.guess("200") == "wrong_pin"
    assert company.ledger.weak_pins() == {"1003": company.clock() - 60}, "a wrong PIN says nothing about the right one"
    assert company.comes("200") == "logged_in"
    assert company.ledger.weak_pins() == {}


def test_a_weak_pin_is_refused_where_the_setting_says_so_and_counts_as_a_right_one(company: Company) -> None:
    company.ledger.save_settings({"weak_pins": "refuse"})
    company.guess("200")
    with pytest.raises(WeakPin) as refused:
        company.desk.login("200", "1003", lambda: None, weak=True)
    assert refused.value.code == "weak_pin"
    assert company.seat("200") is None
    assert company.ledger.weak_pins() == {"1003": company.clock()}
    assert company.ledger.all_attempts() == ()
    assert [e.code for e in company.lines("refused")] == ["wrong_pin", "weak_pin"]


def test_that_a_pin_is_weak_is_not_told_to_who_does_not_know_it(company: Company) -> None:
    company.ledger.save_settings({"weak_pins": "refuse"})
    assert company.guess("200") == "wrong_pin"
    for _ in range(2):
        company.guess("200")
    with pytest.raises(LockedOut):
        company.desk.login("200", "1003", lambda: None, weak=True)
    assert company.ledger.weak_pins() == {}


def test_an_administrators_login_neither_notes_nor_forgets(company: Company) -> None:
    company.ledger.save_weak_pin("1003", 5)
    company.ledger.save_settings({"weak_pins": "refuse"})
    assert company.desk.login("200", "1003").code == "logged_in"
    assert company.ledger.weak_pins() == {"1003": 5}


def test_a_phone_that_has_just_been_added_is_counted_like_the_others(company: Company) -> None:
    company.ledger.save_phones([Phone("300")])
    assert [company.guess("300") for _ in range(4)] == ["wrong_pin"] * 3 + ["locked_out"]
