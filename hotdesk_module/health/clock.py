"""Checks of clocks and time zones."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module import times
from hotdesk_module.health.finding import INFO, OK, WARNING, Finding
from hotdesk_module.health.installation import Known
from hotdesk_module.health.said import Said, say

# Seconds by which two clocks may differ: one was read a moment before the other.
CLOSE = 5
# Seconds by which the history may be ahead: clocks are set right by a little all the time.
AHEAD = 60
HALF_A_YEAR = 182 * 86400


def check(known: Known) -> Iterator[Finding]:
    """Look at the machine's clock and zone, against the database's and FreePBX's."""
    yield from _clock(known)
    yield from _zone(known)


def _clock(known: Known) -> Iterator[Finding]:
    apart = known.database_now - known.now
    wrong = False
    if abs(apart) > CLOSE:
        wrong = True
        span = _span(apart)
        yield Finding(
            "clock",
            WARNING,
            say("The database's clock is %(span)s ahead of this machine's", span=span)
            if apart > 0
            else say("The database's clock is %(span)s behind this machine's", span=span),
            (say("Call records and our history do not fit together then."),),
            (say("Let both machines follow a time server (NTP)."),),
        )
    if known.latest > known.now + AHEAD:
        wrong = True
        yield Finding(
            "clock",
            WARNING,
            say("The clock stands before the latest line of the history"),
            (
                say(
                    "The latest line is of %(latest)s, and now it is %(now)s. The clock was set back, or was wrong"
                    " then: automatic logouts and locks count wrong until that time comes.",
                    latest=times.iso(known.latest),
                    now=times.iso(known.now),
                ),
            ),
            (say("Let the machine follow a time server (NTP)."),),
        )
    if not wrong:
        yield Finding("clock", OK, say("The clocks of this machine and of the database agree"))


def _zone(known: Known) -> Iterator[Finding]:
    if not known.zone:
        return
    # Two zones that agree in summer may differ in winter.
    moments = (known.now, known.now + HALF_A_YEAR)
    theirs, ours = ([times.offset(zone, moment) for moment in moments] for zone in (known.zone, ""))
    if None in theirs:
        yield Finding(
            "zone",
            INFO,
            say("FreePBX's time zone %(zone)s is not known here", zone=known.zone),
            (say("The panel shows times in the machine's zone."),),
            (say("Choose another one in Advanced Settings, PHP Timezone."),),
        )
    elif theirs != ours:
        yield Finding(
            "zone",
            WARNING,
            say("FreePBX's time zone is %(zone)s, the machine's is another one", zone=known.zone),
            (
                say(
                    "The panel shows FreePBX's time; Asterisk's logs and time conditions, and the command line, go by"
                    " the machine's."
                ),
            ),
            (
                say(
                    "Set both to the same: PHP Timezone in Advanced Settings, and 'timedatectl set-timezone' on the"
                    " machine."
                ),
            ),
        )
    else:
        yield Finding("zone", OK, say("FreePBX and the machine are in the same time zone, %(zone)s", zone=known.zone))


def _span(seconds: int) -> str | Said:
    seconds = abs(seconds)
    return say("%(count)s seconds", count=seconds) if seconds < 120 else times.duration(seconds)
