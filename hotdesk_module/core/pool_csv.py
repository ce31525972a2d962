"""The pool as a CSV file, as spreadsheets write and read it.

Reading takes what Excel and LibreOffice make of our file: ``;`` or tabs, a byte order mark, CRLF, quotes, blank lines,
columns in any order. Numbers stay text, so that leading zeros survive.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import NamedTuple

from hotdesk_module.core import sheets
from hotdesk_module.core.model import Phone
from hotdesk_module.core.pool import FIELDS, as_fields
from hotdesk_module.errors import BadImport

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_SEPARATORS = ",;\t"


class Line(NamedTuple):
    """A phone in a file.

    Attributes:
        number: where it begins, counted from 1.
        fields: those the file has a column for.
    """

    number: int
    fields: dict[str, str]


def read(text: str) -> tuple[Line, ...]:
    """Return the phones of a CSV file, unjudged.

    Raises:
        BadImport: it is not such a file; the message says where and what is right.
    """
    lines = _LINES.findall(text[1:] if text.startswith(sheets.BOM) else text)
    if "\0" in text:
        raise BadImport("The file holds NUL characters; it is not a CSV file.")
    first = next((line for line in lines if line.strip(_SEPARATORS + " \r\n")), "")
    if not first:
        raise BadImport(f"The file is empty. Its first line names the columns: {','.join(FIELDS)}.")
    reader = csv.reader(lines, delimiter=max(_SEPARATORS, key=first.count), strict=True)
    columns: list[str] = []
    found = []
    end = 0
    try:
        for cells in reader:
            number, end = end + 1, reader.line_num
            values = [cell.strip() for cell in cells]
            if not any(values):
                continue
            if not columns:
                columns = _columns(values)
                continue
            if len(values) != len(columns):
                raise BadImport(f"Line {number} has {len(values)} fields where the header has {len(columns)}.")
            found.append(Line(number, {name: sheets.unguarded(v) for name, v in zip(columns, values)}))
    except csv.Error as error:
        raise BadImport(f"Line {reader.line_num}: the quotes do not match ({error}).") from error
    if not found:
        raise BadImport("The file has a header and no phones.")
    return tuple(found)


def _columns(names: list[str]) -> list[str]:
    columns = [name.lower() for name in names]
    known = f"The columns are: {', '.join(FIELDS)}."
    unknown = [repr(name[:40]) for name in names if name.lower() not in FIELDS]
    if unknown:
        raise BadImport(f"The first line names the columns, and there is no column {', '.join(unknown)}. {known}")
    twice = [name for name in FIELDS if columns.count(name) > 1]
    if twice:
        raise BadImport(f"The first line names a column twice: {', '.join(twice)}.")
    if "device" not in columns:
        raise BadImport(f"The first line names no column 'device'. {known}")
    return columns


def decoded(data: bytes) -> str:
    """Return the text of a file, with or without the mark that Excel begins it with.

    Raises:
        BadImport: it is not UTF-8; the message names the line.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadImport(
            f"Line {line} is not UTF-8; in Excel save the file as 'CSV UTF-8 (comma delimited)'."
        ) from error


def write(phones: Iterable[Phone]) -> str:
    """Return a CSV file that :func:`read` takes."""
    return "".join(sheets.line(row) for row in (FIELDS, *(as_fields(p).values() for p in phones)))
