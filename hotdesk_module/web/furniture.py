"""What every template has at hand: addresses, times, the message of what was just done."""

from __future__ import annotations

from flask import Flask, g, request
from jinja2 import StrictUndefined

from hotdesk_module import days, times
from hotdesk_module.core.pool import show_mac
from hotdesk_module.web import language, links, work
from hotdesk_module.web.gate import identity
from hotdesk_module.web.listing import USUAL
from hotdesk_module.web.notices import Notice, Notices
from hotdesk_module.web.rows import marks, reasons, states


def tabs() -> list[tuple[str, str, str]]:
    """Return the parts of the panel: name, path and title."""
    _ = language.gettext
    return [
        ("phones", "/", _("Phones")),
        ("people", "/people", _("People")),
        ("history", "/history", _("History")),
        ("occupancy", "/occupancy", _("Occupancy")),
        ("settings", "/settings", _("Settings")),
        ("health", "/health", _("Health")),
    ]


def furnish(app: Flask, notices: Notices) -> None:
    """Give templates their filters and names."""

    def stamp(seconds: int) -> str:
        return times.stamp(seconds, work.zone())

    def moment(seconds: int) -> str:
        """Return a time as short as it can be told today: without the day where it is the same."""
        if "today" not in g:
            g.today = stamp(work.parts().clock())[:10]
        shown = stamp(seconds)
        return shown[11:] if shown[:10] == g.today else shown

    def since(seconds: int) -> str:
        return times.duration(work.parts().clock() - seconds)

    def clock(seconds: int) -> str:
        return days.clock(seconds, work.zone())

    def told() -> tuple[Notice, ...]:
        return notices.take(identity().user, request.args.get("notice", ""))

    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    language.speak(app)
    environment.globals.update(
        tabs=tabs,
        link=links.link,
        extension=links.extension,
        freepbx=links.freepbx,
        token_field=links.token_field,
        token=lambda: identity().token,
        notices=told,
        states=states,
        marks=marks,
        reasons=reasons,
        usual_rows=USUAL,
        back_field=links.back_field,
    )
    environment.filters.update(mac=show_mac, stamp=stamp, clock=clock, moment=moment, since=since, iso=times.iso)
    environment.filters.update(duration=times.duration)
