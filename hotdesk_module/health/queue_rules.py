"""Checks of the rules by which queues follow people: some a queue's form in FreePBX does not go with."""

from __future__ import annotations

from collections.abc import Iterator

from hotdesk_module.core.queues import LOGIN, UNTOUCHED, Rule, may_join
from hotdesk_module.health.finding import WARNING, Finding
from hotdesk_module.health.installation import Known
from hotdesk_module.health.said import Field, Said, counted, listed, say
from hotdesk_module.ports import AstDbTree


def check(known: Known, astdb: AstDbTree) -> Iterator[Finding]:
    """Look at every rule.

    Raises:
        AsteriskDown: it does not answer, which knows the queues' dynamic members.
    """
    # Of deleted extensions there is a finding of its own.
    rules = [r for r in known.rules if r.mode != UNTOUCHED and r.user in known.world.users]
    if not rules:
        return
    gone = [r for r in rules if r.queue not in known.queues]
    if gone:
        yield _finding(
            gone,
            counted(
                "1 rule is for a queue that FreePBX no longer has",
                "%(count)s rules are for queues that FreePBX no longer has",
                len(gone),
            ),
            say("A queue that is given such a number later would take them in."),
            say("Take the rules away on the users' pages, or with 'hotdesk queues set USER QUEUE untouched'."),
        )
    static = {(g.number, member) for g in known.groups if g.kind == "queue" for member in g.members}
    in_and_out = [r for r in rules if r.mode == LOGIN and r not in gone]
    always = [r for r in in_and_out if (r.queue, r.user) in static]
    if always:
        yield _finding(
            always,
            counted(
                "1 user is to log in to a queue and out, and is a static member of it",
                "%(count)s times a user is to log in to a queue and out, and is a static member of it",
                len(always),
            ),
            say("A static member is never logged out: the queue goes on counting on whoever sits nowhere."),
            say(
                "Choose 'pause' here, or list them under Dynamic Members in the queue's form instead of Static Agents."
            ),
        )
    listed_ = astdb.matching("QPENALTY/*")
    barred = [r for r in in_and_out if r not in always and not may_join(r, listed_)]
    if barred:
        yield _finding(
            barred,
            counted(
                "1 user is to log in to a queue that does not let them in",
                "%(count)s times a user is to log in to a queue that does not let them in",
                len(barred),
            ),
            say("The queue takes only dynamic members that its form lists (Restrict Dynamic Agents)."),
            say("List them under Dynamic Members in the queue's form, and click Apply Config."),
        )


def _finding(rules: list[Rule], heading: Said, means: Said, do: Said) -> Finding:
    about = tuple(("queue", queue) for queue in dict.fromkeys(r.queue for r in rules))
    return Finding("queue_rules", WARNING, heading, (say("%(who)s.", who=_who(rules)), means), (do,), about=about)


def _who(rules: list[Rule]) -> Field:
    return listed([say("%(user)s in queue %(queue)s", user=r.user, queue=r.queue) for r in rules])
