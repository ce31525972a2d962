"""Checks whether the webhook takes what it is told."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module.core.delivery import Delivery
from hotdesk_module.core.webhook import Hook
from hotdesk_module.health.finding import ERROR, INFO, OK, WARNING, Finding
from hotdesk_module.health.installation import Known
from hotdesk_module.health.said import counted, say, verbatim
from hotdesk_module.times import iso

# Seconds of failing after which FreePBX's notifications tell of it, and for which it is remembered that events were
# given up.
LONG = 3600
REMEMBERED = 7 * 86400

HERE = ("localhost", "127.", "::1")


def check(known: Known) -> Iterator[Finding]:
    """Look at the webhook, where there is one."""
    found = known.webhook
    if found.lacks_key:
        yield Finding(
            "webhook",
            WARNING,
            say("The webhook has an address and no key: it is told of nothing"),
            do=(
                say(
                    "Write a key under Settings, or 'hotdesk settings set webhook_secret', and the same at the"
                    " receiver; or take the address away."
                ),
            ),
        )
    if found.hook is None:
        return
    so_far, place = found.delivery or Delivery(0), found.hook.to.place
    if so_far.failing_since:
        yield _failing(found.hook, so_far, found.waiting, known.now)
    elif so_far.given_up and known.now - so_far.given_up_at < REMEMBERED:
        yield Finding(
            "webhook",
            WARNING,
            counted(
                "The webhook was never told of %(count)s event",
                "The webhook was never told of %(count)s events",
                so_far.given_up,
            ),
            (
                say(
                    "%(place)s did not take them within 24 hours; the last was given up at %(at)s. It takes events"
                    " again.",
                    place=place,
                    at=iso(so_far.given_up_at),
                ),
            ),
            (say("The History has them all; tell the receiver what it lacks."),),
        )
    elif not found.hook.to.secure and not found.hook.to.host.startswith(HERE):
        yield Finding(
            "webhook",
            INFO,
            say("%(place)s is told of events, not encrypted", place=place),
            (say("Names and numbers can be read on the way there."),),
            (say("Take an address with https:// where you can."),),
        )
    else:
        last = say("None was told yet.")
        if so_far.told_at:
            last = say("The last one was told at %(at)s.", at=iso(so_far.told_at))
        yield Finding("webhook", OK, say("%(place)s takes the events it is told of", place=place), (last,))


def _failing(hook: Hook, so_far: Delivery, waiting: int, now: int) -> Finding:
    # Those of an earlier time are another matter.
    lost = so_far.given_up_at >= so_far.failing_since
    means = [
        verbatim(so_far.error),
        counted(
            "%(count)s event waits; each is tried again for 24 hours, then given up.",
            "%(count)s events wait; each is tried again for 24 hours, then given up.",
            waiting,
        ),
    ]
    if lost:
        means.append(say("Some were already."))
    return Finding(
        "webhook",
        ERROR if lost or now - so_far.failing_since >= LONG else WARNING,
        say("%(place)s has not taken an event since %(at)s", place=hook.to.place, at=iso(so_far.failing_since)),
        tuple(means),
        (
            say(
                "Look at the receiver, and at webhook_url and webhook_secret under Settings; 'hotdesk webhook test'"
                " tries at once."
            ),
        ),
    )
