"""Which codes are in force, and which are registered."""

from __future__ import annotations

import pytest

from hotdesk_module.core.codes import Choice, Codes, choose, cores, in_force, others, twice
from hotdesk_module.core.model import FeatureCode

CORES = (FeatureCode("core", "userlogon", "*11"), FeatureCode("core", "userlogoff", "*12"))
VOICEMAIL = FeatureCode("voicemail", "myvoicemail", "*97")
OURS = (FeatureCode("hotdesk", "login", "*11"), FeatureCode("hotdesk", "logout", "*12"))
USUAL = Codes("*11", "*12", "*15", "*16", "*17")


def test_the_usual_codes_are_in_force_before_they_are_registered() -> None:
    assert in_force([VOICEMAIL, *CORES]) == USUAL


def test_what_an_administrator_changed_or_disabled_is_in_force() -> None:
    changed = (OURS[0]._replace(custom="*61"), OURS[1]._replace(enabled=False))
    key = FeatureCode("hotdesk", "key", "*15", "*35")
    assert in_force([*changed, *CORES, key]) == Codes("*61", "", "*35", "*16", "*17")


def test_the_codes_of_others_are_those_that_are_enabled() -> None:
    off = FeatureCode("paging", "intercom", "*80", enabled=False)
    assert others([VOICEMAIL, off, *OURS]) == {"*97": ("voicemail", "myvoicemail")}
    assert others([VOICEMAIL._replace(custom="*98")]) == {"*98": ("voicemail", "myvoicemail")}


def test_cores_own_codes_are_found_where_they_are_enabled() -> None:
    assert cores([*CORES, VOICEMAIL]) == CORES
    assert cores([CORES[0]._replace(enabled=False), VOICEMAIL]) == ()


def test_cores_own_codes_do_not_matter_in_extension_mode() -> None:
    assert choose([VOICEMAIL, *CORES], ["200", "*11", "*12", "*97"], False) == Choice(USUAL, "")


def test_in_device_and_user_mode_the_next_pair_is_taken_and_it_is_said_why() -> None:
    codes, message = choose([VOICEMAIL, *CORES], [], True)
    assert codes == USUAL._replace(login="*13", logout="*14")
    assert "*11 is FreePBX's feature code core/userlogon" in message
    assert "*12 is FreePBX's feature code core/userlogoff" in message
    assert "Feature Codes" in message


@pytest.mark.parametrize(
    ("features", "extensions", "reason"),
    [
        ([FeatureCode("paging", "x", "*12")], [], "*12 is FreePBX's feature code paging/x"),
        ([FeatureCode("paging", "x", "*99", custom="*11")], [], "*11 is FreePBX's feature code paging/x"),
        ([], ["*11"], "*11 is extension *11"),
        ([CORES[0]._replace(enabled=False)], ["*11"], "*11 is extension *11"),
        ([FeatureCode("paging", "x", "*1155")], [], "*11 is the beginning of *1155"),
    ],
)
def test_a_pair_of_which_one_is_somebody_elses_is_passed_over(
    features: list[FeatureCode], extensions: list[str], reason: str
) -> None:
    codes, message = choose(features, extensions, False)
    assert codes == USUAL._replace(login="*13", logout="*14")
    assert reason in message


def test_a_code_that_somebody_disabled_is_free() -> None:
    features = [FeatureCode("paging", "x", "*11", enabled=False)]
    assert choose(features, [], False) == Choice(USUAL, "")


def test_a_code_one_digit_longer_is_not_in_the_way_of_a_login_with_an_extension() -> None:
    assert choose([FeatureCode("paging", "x", "*115")], [], False).codes == USUAL


def test_when_all_short_codes_are_taken_longer_ones_follow() -> None:
    features = [FeatureCode("other", str(n), f"*{n}") for n in range(10, 100)]
    codes, message = choose(features, [], False)
    assert codes == Codes("*101", "*102", "*103", "*104", "*105")
    assert "because *15 is FreePBX's feature code other/15" in message


@pytest.mark.parametrize("device_and_user", [False, True])
def test_codes_that_are_registered_stay_as_they_are(device_and_user: bool) -> None:
    ours = (OURS[0]._replace(default="*13", custom="*61"), OURS[1]._replace(default="*14", enabled=False))
    assert choose([*ours, *CORES], ["*13"], device_and_user) == Choice(USUAL._replace(login="*13", logout="*14"), "")


@pytest.mark.parametrize(
    ("features", "extensions", "own", "reason"),
    [
        ([FeatureCode("paging", "x", "*16")], [], [], "*16 is FreePBX's feature code paging/x"),
        ([], ["*16"], [], "*16 is extension *16"),
        ([], ["*1642"], [], "*16 is the beginning of *1642 (extension *1642)"),
        ([], [], ["*16"], "*16 is a phone's own code"),
        ([OURS[0]._replace(custom="*16")], [], [], "*16 is another code of hot desking (login)"),
    ],
)
def test_a_later_version_takes_for_its_new_codes_what_nobody_has_and_says_so(
    features: list[FeatureCode], extensions: list[str], own: list[str], reason: str
) -> None:
    registered = [f for f in OURS if f.feature not in {g.feature for g in features if g.module == "hotdesk"}]
    codes, message = choose([*registered, *features], extensions, False, own)
    assert codes == USUAL._replace(where="*18")
    assert (
        message
        == f"The code for 'where is' is *18, because {reason}. Other codes can be chosen at Admin > Feature Codes."
    )


def test_no_two_codes_of_ours_are_the_same() -> None:
    registered = [OURS[0]._replace(default="*15"), OURS[1]._replace(default="*17")]
    codes, _ = choose([*registered, FeatureCode("paging", "x", "*16")], ["*18"], False)
    assert codes == Codes("*15", "*17", "*19", "*20", "*21")


def test_codes_that_an_administrator_made_the_same_are_found() -> None:
    assert twice(USUAL) == ()
    assert twice(USUAL._replace(where="*11", whose="*11")) == (("login", "where"), ("login", "whose"))
    assert twice(Codes("", "", "", "", "")) == ()
