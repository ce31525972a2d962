"""The CSV file: what spreadsheets make of it, and what is wrong with a bad one."""

from __future__ import annotations

import pytest

from hotdesk_module.core import pool, pool_csv
from hotdesk_module.core.model import Phone
from hotdesk_module.errors import BadImport


def test_a_plain_file_is_read_line_by_line() -> None:
    lines = pool_csv.read("device,label\n200,Lobby\n0201,Bar\n")
    assert lines == ((2, {"device": "200", "label": "Lobby"}), (3, {"device": "0201", "label": "Bar"}))


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffdevice,label\r\n200,Lobby\r\n",
        "device;label\r\n200;Lobby\r\n",
        "device\tlabel\n200\tLobby",
        "Label,DEVICE\nLobby,200",
        '"device","label"\n"200","Lobby"\n',
        "\n\ndevice,label\n\n , \n200 , Lobby \n,\n\n",
        "device,label\r200,Lobby\r",
    ],
    ids=["BOM and CRLF", "semicolons", "tabs", "other order", "quoted", "blank lines and blanks", "old Mac"],
)
def test_what_a_spreadsheet_writes_means_the_same(text: str) -> None:
    assert [line.fields for line in pool_csv.read(text)] == [{"device": "200", "label": "Lobby"}]


def test_separators_and_quotes_inside_quotes_belong_to_the_text() -> None:
    (line,) = pool_csv.read('device;label\n200;"Lobby; the ""big"" one, left"\n')
    assert line.fields["label"] == 'Lobby; the "big" one, left'


def test_a_line_number_counts_blank_lines_and_lines_within_quotes() -> None:
    lines = pool_csv.read('device,label\n\n200,"two\nlines"\n201,Bar\n')
    assert [line.number for line in lines] == [3, 5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The file is empty. Its first line names the columns: device,label,mac"),
        ("\n ; \n", "The file is empty"),
        ("device,label\n", "has a header and no phones"),
        ("200,Lobby\n201,Bar\n", r"there is no column '200', 'Lobby'\. The columns are: device, label, mac"),
        ("device,colour\n200,red\n", "there is no column 'colour'"),
        ("label,mac\nLobby,001565aabbcc\n", "names no column 'device'"),
        ("device,Label,label\n200,a,b\n", "names a column twice: label"),
        ("device,label\n200,Lobby\n201\n", "Line 3 has 1 fields where the header has 2"),
        ("device,label\n200,Lobby,extra\n", "Line 2 has 3 fields where the header has 2"),
        ('device,label\n200,"Lobby\n', "Line 2: the quotes do not match"),
        ('device,label\n200,"Lob"by\n', "Line 2: the quotes do not match"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_place_and_what_is_right(text: str, message: str) -> None:
    with pytest.raises(BadImport, match=message):
        pool_csv.read(text)


PHONES = (
    Phone("200"),
    Phone("0201", 'Lobby, left; "big"', "001565aabbcc", "1st, left", "*55", "*56", 0, "never", False),
    Phone("202", "=1+1", location="'=1+1"),
    Phone("203", "@home", location="'quoted'"),
    Phone("204", "+1 desk", location="-"),
    Phone("205", "会議室 👩‍💻"),
)


def test_what_is_exported_is_imported_as_it_was() -> None:
    lines = pool_csv.read(pool_csv.write(PHONES))
    assert [pool.read(line.fields)[0] for line in lines] == list(PHONES)


def test_no_exported_field_is_a_formula_to_a_spreadsheet() -> None:
    fields = [f.strip('"') for line in pool_csv.write(PHONES).splitlines() for f in line.split(",")]
    assert not [f for f in fields if f.startswith(("=", "+", "-", "@"))]
    assert "'=1+1" in fields
    assert "''=1+1" in fields


def test_the_export_begins_with_the_columns_and_ends_its_lines_as_csv_has_it() -> None:
    assert pool_csv.write([Phone("200", "Lobby")]) == (
        "device,label,mac,location,login_code,logout_code,idle_hours,daily_at,enabled\r\n200,Lobby,,,,,,,yes\r\n"
    )
