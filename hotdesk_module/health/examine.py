"""Looks at everything."""

from __future__ import annotations

from hotdesk_module.errors import AsteriskDown, HotdeskError
from hotdesk_module.health import asterisk, clock, codes, guessing, machine, pins, pool, versions, webhook
from hotdesk_module.health.finding import ERROR, OK, Finding, worst_first
from hotdesk_module.health.installation import Installation, read


def examine(at: Installation) -> tuple[Finding, ...]:
    """Return what every check found, the worst first.

    It never fails: what cannot be looked at is a finding, and what depends on it is left out.
    """
    found = list(machine.check(at.machine))
    try:
        known = read(at)
        seated = f"{len(known.phones)} phones, {len(known.sessions)} users logged in."
        found.append(Finding("database", OK, "The database answers", seated))
        found += [*pool.check(known), *codes.check(known), *clock.check(known), *guessing.check(known)]
        found += [*pins.check(known), *webhook.check(known)]
        found.append(versions.freepbx(known.freepbx))
        # One by one: what was found before Asterisk went away is kept.
        for finding in asterisk.check(at, known):
            found.append(finding)
    except AsteriskDown as error:
        found = [f for f in found if f.code != "asterisk"]
        found.append(
            Finding(
                "asterisk",
                ERROR,
                "Asterisk does not answer",
                f"{error.message} Start it with 'fwconsole start'; if it runs, look at AMPMGRUSER, AMPMGRPASS and"
                " ASTMANAGERPORT in Advanced Settings.",
            )
        )
    except HotdeskError as error:
        found = [f for f in found if f.code != "database"]
        found.append(
            Finding(
                "database",
                ERROR,
                "The database does not answer",
                f"{error.message} Logins are refused until it does; who is logged in keeps working.",
            )
        )
    return worst_first(found)


def healthy(found: tuple[Finding, ...]) -> bool:
    """Return whether nothing is an error."""
    return all(f.level != ERROR for f in found)
