"""``hotdesk webhook``: how the telling goes, and a test of it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from hotdesk_module import answers, webhooks
from hotdesk_module.adapters import machine
from hotdesk_module.cli.app import App, Group, changes_something, pass_app
from hotdesk_module.times import stamp
from hotdesk_module.webhooks import State


@click.group(cls=Group, usual="status")
def webhook() -> None:
    """Show how the webhook takes events, and send it a test."""


@webhook.command()
@pass_app
def status(app: App) -> None:
    """Show whether the webhook takes what it is told."""
    found = webhooks.state(app.parts.ledger)
    app.answer(answers.webhook(found.hook, found.delivery, found.waiting), _shown(found))


def _shown(found: State) -> Iterator[str]:
    if found.lacks_key:
        yield "There is an address and no key, so nothing is told: 'hotdesk settings set webhook_secret'."
        return
    if found.hook is None:
        yield "There is no webhook. docs/webhooks.md says how to set one up."
        return
    yield f"{found.hook.to.place} is told of {', '.join(found.hook.kinds)}."
    at = found.delivery
    if at is None:
        yield "The daemon has not begun yet."
        return
    yield f"Last told: {stamp(at.told_at) if at.told_at else 'never'}."
    if at.failing_since:
        yield f"Failing since {stamp(at.failing_since)}, {at.tries} tries: {at.error}"
    if found.waiting:
        yield f"Still to be told: {found.waiting}."
    if at.given_up:
        yield f"Given up: {at.given_up}, the last at {stamp(at.given_up_at)}."


@webhook.command()
@changes_something
@pass_app
def test(app: App) -> None:
    """Send a test, and say what the receiver answered. It stands in no history."""
    # Here, for no other command sends anything.
    from hotdesk_module.adapters.web import Web

    parts = app.parts
    hook, reply = webhooks.test(Web(), parts.ledger, machine.name(), parts.clock, "cli", app.actor)
    line = f"{hook.to.place} took it: it answered {reply.status} after {reply.seconds:.2f} seconds."
    app.answer(answers.tested(hook, reply), [line])
