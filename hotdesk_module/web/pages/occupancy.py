"""The page Occupancy: whether there are enough phones, when they run short, and which are not needed."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request

from hotdesk_module import days
from hotdesk_module.core import sheets
from hotdesk_module.errors import BadValue
from hotdesk_module.web import occupancy as use
from hotdesk_module.web import work
from hotdesk_module.web.chart import chart
from hotdesk_module.web.language import gettext as _
from hotdesk_module.web.links import go_to
from hotdesk_module.web.occupancy import Occupancy
from hotdesk_module.web.pages.history import download

# So many phones are named as the most and the least used.
NAMED = 10
# Width and height of the chart: beside a menu, and on a telephone.
WIDE, NARROW = (960, 300), (330, 240)
# From such a share of the pool on phones run short.
SHORT = 0.9


def occupancy() -> Blueprint:
    """Return the pages."""
    pages = Blueprint("occupancy", __name__)

    @pages.get("/occupancy")
    def show() -> str | tuple[str, int]:
        asked, error = use.wanted(request.args), ""
        try:
            shown = use.occupancy(asked)
        except BadValue as refusal:
            shown, error = use.occupancy(use.Wanted(location=asked.location)), refusal.message
        names = weekdays()
        in_pool = [u for u in shown.uses if u.phone is not None]
        text = render_template(
            "occupancy.html",
            shown=shown,
            wanted=asked,
            ranges=ranges(),
            locations=sorted({group.location for group in shown.groups} - {""}),
            weekdays=names,
            charts=[chart(shown, work.zone(), names, *size) for size in (WIDE, NARROW)],
            levels=[(level, name(shown, level.start)) for level in shown.levels],
            most=[u for u in shown.uses[:NAMED] if u.seconds],
            least=in_pool[: -NAMED - 1 : -1] if len(in_pool) > 1 else [],
            short=SHORT,
            error=error,
        )
        return (text, 400) if error else text

    @pages.post("/occupancy/find")
    def find() -> Response:
        return go_to("/occupancy", **use.wanted(request.form).query())

    @pages.get("/occupancy.csv")
    def export() -> Response:
        table = request.args.get("table", "time")
        if table not in _TABLES:
            raise BadValue(f"table: '{table[:40]}' is none of: {', '.join(_TABLES)}.")
        shown = use.occupancy(use.wanted(request.args))
        lines = (sheets.line(cells) for cells in _TABLES[table](shown))
        return download(sheets.BOM + "".join(lines), f"hotdesk-occupancy-{table}")

    return pages


def ranges() -> dict[str, str]:
    """Return the ranges to choose from, with their titles."""
    return {
        use.TODAY: _("Today"),
        use.WEEK: _("7 days"),
        use.MONTH: _("28 days"),
    }


def weekdays() -> tuple[str, ...]:
    """Return what the days of the week are called, from Monday, in short."""
    return _("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")


def name(shown: Occupancy, start: int) -> str:
    """Return what an hour or a day is called."""
    at = days.local(start, work.zone())
    day = f"{weekdays()[at.weekday()]} {at:%Y-%m-%d}"
    # Where an hour comes twice, the second one is named by its zone.
    again = f" {at.tzname()}" if at.fold else ""
    return f"{day} {at:%H:%M}{again}" if shown.unit == "hour" else day


def _times(shown: Occupancy) -> Iterator[tuple[str, ...]]:
    zone = work.zone()
    yield "from", "until", "average", "peak", "phones"
    for level in shown.levels:
        ends = (days.iso(at, zone) for at in (level.start, level.stop))
        yield (*ends, f"{level.average:.2f}", str(level.peak), str(shown.phones))


def _phones(shown: Occupancy) -> Iterator[tuple[str, ...]]:
    yield "phone", "label", "location", "in_pool", "hours", "share", "logins"
    for used in shown.uses:
        label, location = (used.phone.label, used.phone.location) if used.phone else ("", "")
        hours, share = f"{used.seconds / 3600:.2f}", f"{used.share:.4f}"
        yield used.device, label, location, "yes" if used.phone else "no", hours, share, str(used.logins)


def _week(shown: Occupancy) -> Iterator[tuple[str, ...]]:
    yield "weekday", "hour", "average", "phones"
    for day, averages in zip(weekdays(), shown.week):
        for hour, average in enumerate(averages):
            yield day, f"{hour:02}:00", "" if average is None else f"{average:.2f}", str(shown.phones)


_TABLES = {"time": _times, "phones": _phones, "week": _week}
