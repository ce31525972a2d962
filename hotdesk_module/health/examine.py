"""Looks at everything."""

from __future__ import annotations

from hotdesk_module.errors import AsteriskDown, HotdeskError
from hotdesk_module.health import (
    asterisk,
    clock,
    codes,
    emergency,
    guessing,
    machine,
    pins,
    pool,
    recurring,
    versions,
    webhook,
)
from hotdesk_module.health.finding import ERROR, OK, Finding, worst_first
from hotdesk_module.health.installation import Installation, read
from hotdesk_module.health.said import counted, say, verbatim

_OF_THE_DATABASE = (
    pool.check,
    emergency.check,
    codes.check,
    clock.check,
    guessing.check,
    pins.check,
    recurring.check,
    webhook.check,
)


def examine(at: Installation) -> tuple[Finding, ...]:
    """Return what every check found, the worst first.

    It never fails: what cannot be looked at is a finding, and what depends on it is left out.
    """
    found = list(machine.check(at.machine))
    try:
        known = read(at)
        phones, users = len(known.phones), len(known.sessions)
        seated = say(
            "%(phones)s, %(users)s.",
            phones=counted("%(n)s phone", "%(n)s phones", phones, n=phones),
            users=counted("%(n)s user logged in", "%(n)s users logged in", users, n=users),
        )
        found.append(Finding("database", OK, say("The database answers"), (seated,)))
        for check in _OF_THE_DATABASE:
            found += check(known)
        found.append(versions.freepbx(known.freepbx))
        # One by one: what was found before Asterisk went away is kept.
        for finding in asterisk.check(at, known):
            found.append(finding)
    except AsteriskDown as error:
        found = [f for f in found if f.code != "asterisk"]
        start = say(
            "Start it with 'fwconsole start'; if it runs, look at AMPMGRUSER, AMPMGRPASS and ASTMANAGERPORT in Advanced"
            " Settings."
        )
        down = say("Asterisk does not answer")
        found.append(Finding("asterisk", ERROR, down, (verbatim(error.message),), (start,)))
    except HotdeskError as error:
        found = [f for f in found if f.code != "database"]
        means = (verbatim(error.message), say("Logins are refused until it does; who is logged in keeps working."))
        start = say(
            "Start it with 'systemctl start mariadb'. Where our tables are missing, 'fwconsole ma install hotdesk'"
            " makes them."
        )
        found.append(Finding("database", ERROR, say("The database does not answer"), means, (start,)))
    return worst_first(found)


def healthy(found: tuple[Finding, ...]) -> bool:
    """Return whether nothing is an error."""
    return all(f.level != ERROR for f in found)
