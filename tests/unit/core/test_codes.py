"""Which codes are in force, and which are registered."""

from __future__ import annotations

import pytest

from hotdesk_module.core.codes import Choice, Codes, choose, cores, in_force, others
from hotdesk_module.core.model import FeatureCode

CORES = (FeatureCode("core", "userlogon", "*11"), FeatureCode("core", "userlogoff", "*12"))
VOICEMAIL = FeatureCode("voicemail", "myvoicemail", "*97")
OURS = (FeatureCode("hotdesk", "login", "*11"), FeatureCode("hotdesk", "logout", "*12"))


def test_the_usual_codes_are_in_force_before_they_are_registered() -> None:
    assert in_force([VOICEMAIL, *CORES]) == Codes("*11", "*12")


def test_what_an_administrator_changed_or_disabled_is_in_force() -> None:
    changed = (OURS[0]._replace(custom="*61"), OURS[1]._replace(enabled=False))
    assert in_force([*changed, *CORES]) == Codes("*61", "")


def test_the_codes_of_others_are_those_that_are_enabled() -> None:
    off = FeatureCode("paging", "intercom", "*80", enabled=False)
    assert others([VOICEMAIL, off, *OURS]) == {"*97": ("voicemail", "myvoicemail")}
    assert others([VOICEMAIL._replace(custom="*98")]) == {"*98": ("voicemail", "myvoicemail")}


def test_cores_own_codes_are_found_where_they_are_enabled() -> None:
    assert cores([*CORES, VOICEMAIL]) == CORES
    assert cores([CORES[0]._replace(enabled=False), VOICEMAIL]) == ()


def test_cores_own_codes_do_not_matter_in_extension_mode() -> None:
    assert choose([VOICEMAIL, *CORES], ["200", "*11", "*12", "*97"], False) == Choice("*11", "*12", "")


def test_in_device_and_user_mode_the_next_pair_is_taken_and_it_is_said_why() -> None:
    login, logout, message = choose([VOICEMAIL, *CORES], [], True)
    assert (login, logout) == ("*13", "*14")
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
    login, logout, message = choose(features, extensions, False)
    assert (login, logout) == ("*13", "*14")
    assert reason in message


def test_a_code_that_somebody_disabled_is_free() -> None:
    features = [FeatureCode("paging", "x", "*11", enabled=False)]
    assert choose(features, [], False) == Choice("*11", "*12", "")


def test_a_code_one_digit_longer_is_not_in_the_way_of_a_login_with_an_extension() -> None:
    assert choose([FeatureCode("paging", "x", "*115")], [], False).login == "*11"


def test_when_all_short_codes_are_taken_longer_ones_follow() -> None:
    features = [FeatureCode("other", str(n), f"*{n}") for n in range(10, 100)]
    login, logout, _ = choose(features, [], False)
    assert (login, logout) == ("*101", "*102")


@pytest.mark.parametrize("device_and_user", [False, True])
def test_codes_that_are_registered_stay_as_they_are(device_and_user: bool) -> None:
    ours = (OURS[0]._replace(default="*13", custom="*61"), OURS[1]._replace(default="*14", enabled=False))
    assert choose([*ours, *CORES], ["*13"], device_and_user) == Choice("*13", "*14", "")
