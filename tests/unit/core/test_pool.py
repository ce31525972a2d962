"""The fields of a phone: what is taken, what is refused, and whether the message helps."""

from __future__ import annotations

import pytest

from hotdesk_module.core import pool
from hotdesk_module.core.model import Phone
from hotdesk_module.errors import BadValue


@pytest.mark.parametrize(
    "text",
    ["001565AABBCC", "00:15:65:aa:bb:cc", "00-15-65-AA-BB-CC", "0015.65aa.bbcc", "0015-65aa-bbcc", " 001565aabbcc "],
)
def test_a_mac_in_any_usual_form_is_the_same_mac(text: str) -> None:
    assert pool.phone({"device": "200", "mac": text}).mac == "001565aabbcc"


def test_a_mac_is_shown_as_it_is_printed_on_the_phone() -> None:
    assert pool.show_mac("001565aabbcc") == "00:15:65:AA:BB:CC"
    assert pool.show_mac("") == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("001565AABBC", "twelve hexadecimal digits"),
        ("001565AABBCCD", "twelve hexadecimal digits"),
        ("00:15-65:aa:bb:cc", "twelve hexadecimal digits"),
        ("00:15:65:aa:bb:cg", "twelve hexadecimal digits"),
        ("0015.65aabb.cc", "twelve hexadecimal digits"),
        ("٠٠١٥٦٥aabbcc", "twelve hexadecimal digits"),
        ("00:00:00:00:00:00", "no phone's address"),
        ("ff:ff:ff:ff:ff:ff", "multicast or broadcast"),
        ("01:00:5e:00:00:01", "multicast or broadcast"),
    ],
)
def test_what_is_no_phones_mac_is_refused_with_the_field_the_value_and_the_reason(text: str, reason: str) -> None:
    with pytest.raises(BadValue) as refused:
        pool.phone({"device": "200", "mac": text})
    assert refused.value.message.startswith(f"mac: '{text}'")
    assert reason in refused.value.message


@pytest.mark.parametrize("number", ["2a0", "", "+200", "2 00", "1" * 30, "٢٠٠", "200\n201"])
def test_a_device_is_1_to_20_digits(number: str) -> None:
    with pytest.raises(BadValue, match=r"device: '.*' is not a device number; a device number is 1 to 20 digits"):
        pool.phone({"device": number})


def test_a_leading_zero_is_part_of_the_number() -> None:
    assert pool.phone({"device": "0200"}).device == "0200"


@pytest.mark.parametrize(
    ("code", "good"),
    [
        ("*55", True),
        ("*" + "1" * 18, True),
        ("", True),
        ("*" + "1" * 19, False),
        ("*", False),
        ("55", False),
        ("#55", False),
        ("**55", False),
        ("*5a", False),
        ("*٥٥", False),
    ],
)
def test_a_code_is_a_star_and_1_to_18_digits(code: str, good: bool) -> None:
    for field in ("login_code", "logout_code"):
        if good:
            assert getattr(pool.phone({"device": "200", field: code}), field) == code
        else:
            with pytest.raises(BadValue, match=f"{field}: .* is not a code; a code is \\* and 1 to 18 digits"):
                pool.phone({"device": "200", field: code})


def test_login_and_logout_code_must_differ_also_where_only_one_of_them_is_changed() -> None:
    with pytest.raises(BadValue, match=r"logout_code: '\*55' is the phone's login code too"):
        pool.phone({"logout_code": "*55"}, Phone("200", login_code="*55"))


@pytest.mark.parametrize(("text", "hours"), [("0", 0), ("168", 168), ("024", 24), ("", None)])
def test_idle_hours_are_whole_hours_up_to_a_week(text: str, hours: int | None) -> None:
    assert pool.phone({"device": "200", "idle_hours": text}).idle_hours == hours


@pytest.mark.parametrize("text", ["169", "-1", "1.5", "8h", "٨", "9" * 30])
def test_other_idle_hours_are_refused(text: str) -> None:
    with pytest.raises(BadValue, match=r"idle_hours: .* is not a time; write whole hours from 0"):
        pool.phone({"device": "200", "idle_hours": text})


@pytest.mark.parametrize(("text", "at"), [("18:30", "18:30"), (" 00:00 ", "00:00"), ("Never", "never"), ("", "")])
def test_the_daily_logout_is_a_time_or_never_or_as_the_setting_says(text: str, at: str) -> None:
    assert pool.phone({"device": "200", "daily_at": text}, Phone("200", daily_at="06:00")).daily_at == at


@pytest.mark.parametrize("text", ["24:00", "6:00", "18.30", "18:60", "1830", "18:30:00", "noon", "1٨:30", "False"])
def test_the_daily_logout_is_no_other_time(text: str) -> None:
    with pytest.raises(BadValue, match=r"daily_at: .* is not a time of the day; write one such as 18:30, or never"):
        pool.phone({"device": "200", "daily_at": text})


@pytest.mark.parametrize(
    ("text", "enabled"), [("yes", True), ("ON", True), ("1", True), ("no", False), ("False", False), ("", True)]
)
def test_enabled_is_yes_or_no_in_the_usual_words(text: str, enabled: bool) -> None:
    assert pool.phone({"device": "200", "enabled": text}).enabled is enabled


def test_enabled_is_nothing_else() -> None:
    with pytest.raises(BadValue, match="enabled: 'maybe' is neither yes nor no"):
        pool.phone({"device": "200", "enabled": "maybe"})


def test_a_label_may_be_in_any_script_and_have_emoji() -> None:
    for label in ("Empfang Süd", "会議室 2", "👩‍💻 desk", "x" * 100):
        assert pool.phone({"device": "200", "label": label}).label == label


@pytest.mark.parametrize("label", ["two\nlines", "bell\x07", "\x1b[31mred", "x" * 101, "\udcff", "a\u2028b"])
def test_a_label_is_one_line_of_at_most_100_characters(label: str) -> None:
    for field in ("label", "location"):
        with pytest.raises(BadValue) as refused:
            pool.phone({"device": "200", field: label})
        assert refused.value.message.startswith(f"{field}: '")
        # The message itself must not break a terminal or a log.
        assert refused.value.message.isprintable()


def test_every_wrong_field_has_a_sentence_of_its_own() -> None:
    _, problems = pool.read({"device": "x", "mac": "y", "idle_hours": "z"})
    assert [p.split(":")[0] for p in problems] == ["device", "mac", "idle_hours"]


def test_fields_that_are_not_given_stay() -> None:
    before = Phone("200", "Lobby", "001565aabbcc", "Hall", "*55", "*56", 4, "18:30", False)
    assert pool.phone({"label": "Bar"}, before) == before._replace(label="Bar")


def test_an_unknown_field_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadValue, match=r"no field 'colour'. Its fields are: device, label, mac"):
        pool.check("colour", "red")


def test_a_phone_written_as_texts_reads_back_the_same() -> None:
    for phone in (Phone("200"), Phone("0200", "Lobby", "001565aabbcc", "Hall", "*55", "*56", 0, "never", False)):
        assert pool.phone(pool.as_fields(phone)) == phone


def test_freepbxs_description_becomes_a_label_whatever_is_in_it() -> None:
    label = pool.label_from(" Lobby\r\n" + "x" * 200)
    assert pool.check("label", label) == label
    assert label.startswith("Lobbyxxx")
