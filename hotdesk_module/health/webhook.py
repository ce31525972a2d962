"""Checks whether the webhook takes what it is told."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module.core.delivery import Delivery
from hotdesk_module.core.webhook import Hook
from hotdesk_module.health.finding import ERROR, INFO, OK, WARNING, Finding
from hotdesk_module.health.installation import Known
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
            "The webhook has an address and no key: it is told of nothing",
            "Write a key under Settings, or 'hotdesk settings set webhook_secret', and the same at the receiver; or"
            " take the address away.",
        )
    if found.hook is None:
        return
    so_far = found.delivery or Delivery(0)
    if so_far.failing_since:
        yield _failing(found.hook, so_far, found.waiting, known.now)
    elif so_far.given_up and known.now - so_far.given_up_at < REMEMBERED:
        yield Finding(
            "webhook",
            WARNING,
            f"The webhook was never told of {_events(so_far.given_up)}",
            f"{found.hook.to.place} did not take them within 24 hours; the last was given up at"
            f" {iso(so_far.given_up_at)}. It takes events again. The History has them all.",
        )
    elif not found.hook.to.secure and not found.hook.to.host.startswith(HERE):
        yield Finding(
            "webhook",
            INFO,
            f"{found.hook.to.place} is told of events, not encrypted",
            "Names and numbers can be read on the way there. Take an address with https:// where you can.",
        )
    else:
        last = f"The last one was told at {iso(so_far.told_at)}." if so_far.told_at else "None was told yet."
        yield Finding("webhook", OK, f"{found.hook.to.place} takes the events it is told of", last)


def _failing(hook: Hook, so_far: Delivery, waiting: int, now: int) -> Finding:
    # Those of an earlier time are another matter.
    lost = so_far.given_up_at >= so_far.failing_since
    return Finding(
        "webhook",
        ERROR if lost or now - so_far.failing_since >= LONG else WARNING,
        f"{hook.to.place} has not taken an event since {iso(so_far.failing_since)}",
        f"{so_far.error} {_events(waiting)} {'waits' if waiting == 1 else 'wait'}; each is tried again for 24 hours,"
        f" then given up.{' Some were already.' if lost else ''} Look at the receiver, and at webhook_url and"
        " webhook_secret under Settings; 'hotdesk webhook test' tries at once.",
    )


def _events(count: int) -> str:
    return f"{count} event{'' if count == 1 else 's'}"
