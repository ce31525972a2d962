"""How many guesses somebody gets, whatever he does, and that nobody is locked for ever."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from hotdesk_module.core.lockout import (
    PHONE,
    USER,
    Attempts,
    Failure,
    Rule,
    after_failure,
    after_success,
    duration,
    is_locked,
    locks_within,
    most_tries,
    one_phone_locks_users,
    rule,
    settled,
)
from hotdesk_module.core.settings import Settings

SETTINGS = Settings()
OF_PHONE, OF_USER = rule(PHONE, SETTINGS), rule(USER, SETTINGS)
MINUTE, HOUR, DAY = 60, 3600, 86400
START = 1_700_000_000


def guess(times: Iterable[int], which: Rule = OF_PHONE) -> Attempts:
    """Guess wrong at these times, as far as guesses are judged."""
    attempts = Attempts()
    for now in times:
        attempts = settled(attempts, now, which)
        if not is_locked(attempts, now):
            attempts = after_failure(attempts, "1001", now, which)
    return attempts


def guess_as_fast_as_it_goes(which: Rule, seconds: int) -> tuple[int, list[int]]:
    """Return how many guesses were judged in so much time, and how long each lock lasted."""
    attempts, now, judged, locks = Attempts(), START, 0, []
    while now <= START + seconds:
        attempts = after_failure(settled(attempts, now, which), "1001", now, which)
        judged += 1
        if is_locked(attempts, now):
            locks.append(attempts.locked_until - now)
            now = attempts.locked_until
    return judged, locks


# A phone


def test_three_wrong_pins_within_five_minutes_lock_a_phone_for_fifteen() -> None:
    attempts = guess([1000, 1100, 1299])
    assert is_locked(attempts, 1299)
    assert is_locked(attempts, 1299 + 15 * 60 - 1)
    assert not is_locked(attempts, 1299 + 15 * 60)


def test_the_window_slides_so_that_no_five_minutes_hold_three_guesses_unlocked() -> None:
    assert not is_locked(guess([1000, 1290, 1301]), 1301)
    assert is_locked(guess([1000, 1290, 1301, 1302]), 1302)


def test_each_further_lock_lasts_twice_as_long_up_to_the_longest() -> None:
    _, locks = guess_as_fast_as_it_goes(OF_PHONE, 3 * DAY)
    assert [seconds // MINUTE for seconds in locks[:8]] == [15, 30, 60, 120, 240, 480, 480, 480]
    assert set(locks[5:]) == {8 * HOUR}
    _, locks = guess_as_fast_as_it_goes(OF_USER, DAY)
    assert [seconds // MINUTE for seconds in locks[:7]] == [15, 30, 60, 120, 240, 240, 240]


def test_who_guesses_slowly_enough_for_the_window_is_locked_by_the_count_of_a_day() -> None:
    slowly = [START + 10 * MINUTE * n for n in range(9)]
    assert not is_locked(guess(slowly[:8]), slowly[7])
    assert is_locked(guess(slowly), slowly[8])


def test_after_a_lock_the_next_three_lock_again_however_slowly_they_come() -> None:
    first = [START, START, START]
    slowly = [START + HOUR * n for n in (1, 3, 5)]
    assert guess([*first, *slowly[:2]]).locks == 1
    attempts = guess([*first, *slowly])
    assert (attempts.locks, attempts.locked_until) == (2, slowly[2] + 30 * MINUTE)


def test_a_lock_is_forgotten_after_a_quiet_day() -> None:
    attempts = guess([START] * 3)
    end = attempts.locked_until
    assert settled(attempts, end + DAY - 1, OF_PHONE).locks == 1
    assert settled(attempts, end + DAY, OF_PHONE) == Attempts()


def test_of_several_locks_one_is_forgotten_at_a_time() -> None:
    attempts = Attempts((), START, 6)
    seen = [settled(attempts, START + n * HOUR, OF_PHONE).locks for n in (0, 7, 8, 15, 16, 40, 63, 64)]
    assert seen == [6, 6, 5, 5, 4, 1, 1, 0]


def test_it_makes_no_difference_how_often_somebody_looks() -> None:
    attempts, looked_at = Attempts((), START, 6), Attempts((), START, 6)
    for now in range(START, START + 3 * DAY, 1777):
        looked_at = settled(looked_at, now, OF_PHONE)
        assert looked_at == settled(attempts, now, OF_PHONE)


def test_zero_never_locks() -> None:
    never = Settings(lock_failures=0)
    assert not is_locked(guess([START] * 500, rule(PHONE, never)), START)
    assert not is_locked(guess([START] * 500, rule(USER, never)), START)
    assert not is_locked(guess([START] * 500, rule(USER, Settings(lock_user_failures=0))), START)
    assert most_tries(PHONE, never, DAY) is None


def test_a_longest_lock_that_is_shorter_than_the_first_does_not_shorten_it() -> None:
    odd = Settings(lock_minutes=60, lock_longest=10)
    assert [duration(rule(kind, odd), n) for kind in (PHONE, USER) for n in (1, 2, 9)] == [HOUR] * 6


def test_a_right_pin_forgets_the_errors_of_the_same_user_at_the_same_phone_and_no_lock() -> None:
    attempts = Attempts((Failure(1, "1001"), Failure(2, "1002"), Failure(3, "")), 99, 2)
    assert after_success(attempts, "1001", "") == Attempts((Failure(2, "1002"),), 99, 2)


# The sums of docs/admin.md


@pytest.mark.parametrize(
    ("seconds", "locks", "tries", "at_most"),
    [(0, 1, 3, 9), (HOUR, 3, 9, 15), (8 * HOUR, 6, 18, 24), (DAY, 8, 24, 30), (7 * DAY, 26, 78, 84)],
)
def test_one_phone_gets_as_many_guesses_as_the_guide_says(seconds: int, locks: int, tries: int, at_most: int) -> None:
    judged, lasted = guess_as_fast_as_it_goes(OF_PHONE, seconds)
    assert (len(lasted), judged) == (locks, tries)
    assert locks_within(OF_PHONE, seconds) == locks
    assert most_tries(PHONE, SETTINGS, seconds) == at_most


@pytest.mark.parametrize(("seconds", "locks", "at_most"), [(0, 1, 30), (8 * HOUR, 6, 180), (DAY, 10, 300)])
def test_all_phones_together_get_as_many_guesses_at_a_user_as_the_guide_says(
    seconds: int, locks: int, at_most: int
) -> None:
    judged, lasted = guess_as_fast_as_it_goes(OF_USER, seconds)
    assert (len(lasted), judged) == (locks, at_most)
    assert (locks_within(OF_USER, seconds), most_tries(USER, SETTINGS, seconds)) == (locks, at_most)


def test_one_phone_alone_never_gets_so_many_that_a_user_is_locked() -> None:
    assert most_tries(PHONE, SETTINGS, OF_USER.memory) == 24 < SETTINGS.lock_user_failures
    assert not one_phone_locks_users(SETTINGS)
    assert not one_phone_locks_users(Settings(lock_user_failures=25))
    assert one_phone_locks_users(Settings(lock_user_failures=24))
    assert not one_phone_locks_users(Settings(lock_user_failures=0))


def test_it_takes_twenty_phones_to_keep_a_user_locked() -> None:
    """In the long run a phone has lock_failures a lock, and a user's lock costs lock_user_failures."""
    phones = SETTINGS.lock_user_failures / SETTINGS.lock_failures * OF_PHONE.longest / OF_USER.longest
    assert phones == 20


# Phones and users as above with minutes made seconds, so that every second can be walked through.
SMALL = [
    (Rule(((2, 2), (6, 12)), 2, 12, 1, 4), 4),
    (Rule(((3, 2), (9, 9)), 3, 9, 1, 3), 6),
    (Rule(((1, 1), (3, 15)), 1, 15, 1, 5), 2),
    (Rule(((2, 1), (6, 6)), 2, 6, 2, 2), 4),
    (Rule(((3, 8),), 3, 8, 1, 4), 0),
]


@pytest.mark.parametrize(("which", "spare"), SMALL)
def test_nobody_gets_more_guesses_than_the_sum_says_whatever_pauses_he_makes(which: Rule, spare: int) -> None:
    """Every second he may guess any number of times or wait: all he can do, walked through state by state."""
    best: dict[Attempts, int] = {Attempts(): 0}
    for now in range(100, 140):
        here: dict[Attempts, int] = {}
        pending = [(settled(attempts, now, which), tries) for attempts, tries in best.items()]
        while pending:
            attempts, tries = pending.pop()
            if here.get(attempts, -1) >= tries:
                continue
            here[attempts] = tries
            if not is_locked(attempts, now):
                pending.append((after_failure(attempts, "1001", now, which), tries + 1))
        best = here
        assert max(best.values()) <= which.again * locks_within(which, now - 100) + spare


# Clocks


def test_a_lock_does_not_outlast_the_clock_being_set_back() -> None:
    attempts = guess([START] * 3)
    back = START - 10 * DAY
    cut = settled(attempts, back, OF_PHONE)
    assert cut.locked_until == back + 15 * MINUTE
    assert not is_locked(settled(cut, back + 15 * MINUTE, OF_PHONE), back + 15 * MINUTE)


def test_a_clock_set_back_and_forth_again_leaves_the_lock_that_there_would_be() -> None:
    attempts = settled(guess([START] * 3), START - DAY, OF_PHONE)
    assert not is_locked(settled(attempts, START + 1, OF_PHONE), START + 1)
    ahead = settled(guess([START] * 3), START + 7 * HOUR, OF_PHONE)
    assert (is_locked(ahead, START + 7 * HOUR), ahead.locks) == (False, 1)


def test_a_wrong_pin_from_the_future_counts_as_one_of_now_until_it_is_forgotten() -> None:
    attempts = settled(Attempts((Failure(START + DAY, "1001"),)), START, OF_PHONE)
    assert attempts.failures == (Failure(START, "1001"),)
    assert settled(attempts, START + OF_PHONE.memory, OF_PHONE) == Attempts()


@pytest.mark.parametrize("jump", [-400 * DAY, -DAY, -HOUR, -1, 1, HOUR, DAY, 400 * DAY])
@pytest.mark.parametrize("locks", [0, 1, 5, 6, 99])
def test_whatever_the_clock_does_nobody_is_locked_for_longer_than_the_longest(jump: int, locks: int) -> None:
    attempts = settled(Attempts((), START + 8 * HOUR, locks), START + jump, OF_PHONE)
    assert attempts.locked_until <= START + jump + OF_PHONE.longest
    assert attempts.locks <= 6


def test_a_lock_written_before_the_settings_were_shortened_is_shortened_too() -> None:
    short = rule(PHONE, Settings(lock_minutes=1, lock_longest=5))
    assert settled(Attempts((), START + 8 * HOUR, 6), START, short).locked_until == START + 5 * MINUTE
