"""Queues follow logins, logouts, moves and take-overs, whatever dies in between."""

from __future__ import annotations

import pytest

from hotdesk_module import queues
from hotdesk_module.core.effects import Membership, name
from hotdesk_module.core.model import Event, Group, User
from hotdesk_module.core.queues import BREAK, JOINED, LEFT, LOGIN, PAUSED, UNTOUCHED, Member, Rule
from hotdesk_module.errors import AsteriskDown, BadValue, Changed, LedgerDown, UnknownUser, UnsafePlan
from hotdesk_module.ports import HistoryFilter
from tests.support.fakes import Crash
from tests.support.office import Office

STATIC = Member(dynamic=False)


class CallCentre:
    """The small office with queues 700 and 701; 1002 is a static member of both."""

    def __init__(self) -> None:
        self.office = office = Office(source="cli")
        office.inventory.all_queues = {"700": "Sales", "701": "Support"}
        office.inventory.all_groups = [Group("queue", n, members=("1002",)) for n in ("700", "701")]
        office.switchboard.all_queues = {n: {"1002": STATIC} for n in ("700", "701")}
        self.desk = office.desk
        self.desk.reconcile()
        office.ledger.forget_events(office.clock() + 1)

    def rule(self, user: str, mode: str, queue: str = "700") -> None:
        queues.change(self.desk, user, {queue: mode})

    def members(self, queue: str = "700") -> dict[str, Member]:
        return self.office.switchboard.all_queues[queue]

    def inside(self, queue: str = "700") -> set[str]:
        """Return the dynamic members."""
        return {user for user, member in self.members(queue).items() if member.dynamic}

    def paused(self, queue: str = "700") -> set[str]:
        return {user for user, member in self.members(queue).items() if member.paused}

    def star_45(self, user: str, queue: str = "700") -> None:
        """Log in to a queue and out as FreePBX's code does, with the lamps of the devices it finds."""
        switchboard = self.office.switchboard
        lit = user not in self.members(queue)
        (switchboard.join_queue(queue, user, "", 0, True) if lit else switchboard.leave_queue(queue, user))
        for device in self.office.astdb.values.get(f"AMPUSER/{user}/device", "").split("&"):
            switchboard.set_lamp(f"QUEUE{device}*{queue}", "INUSE" if lit else "NOT_INUSE")

    def restart(self, persistent: bool = True) -> None:
        """Asterisk starts anew: static members are unpaused, dynamic ones there where they are persistent."""
        switchboard = self.office.switchboard
        switchboard.run = f"{switchboard.run}+"
        for members in switchboard.all_queues.values():
            for user, member in list(members.items()):
                if not member.dynamic:
                    members[user] = STATIC
                elif not persistent:
                    del members[user]

    def lamps(self) -> dict[str, str]:
        values = self.office.astdb.values
        return {k[len("CustomDevstate/QUEUE") :]: v for k, v in values.items() if "/QUEUE" in k}

    def history(self) -> list[Event]:
        return list(self.office.ledger.events(HistoryFilter()))[::-1]


@pytest.fixture
def centre() -> CallCentre:
    return CallCentre()


def test_by_default_queues_are_left_untouched(centre: CallCentre) -> None:
    centre.desk.login("200", "1001")
    centre.desk.logout("200")
    assert [w for w in centre.office.writes.log if "queue" in w.lower()] == []


def test_a_member_is_in_the_queue_from_login_to_logout(centre: CallCentre) -> None:
    centre.rule("1001", LOGIN)
    assert centre.inside() == set()
    centre.office.astdb.values["QPENALTY/700/agents/1001"] = "4"
    assert centre.desk.login("200", "1001").applied
    assert (centre.inside(), centre.inside("701")) == ({"1001"}, set())
    assert centre.office.switchboard.joined["700", "1001"] == ("Person 1001", 4, True)
    assert centre.desk.logout("200").applied
    assert centre.inside() == set()


def test_a_member_who_moves_never_leaves_the_queue(centre: CallCentre) -> None:
    centre.rule("1001", LOGIN)
    centre.desk.login("200", "1001")
    begun = len(centre.office.writes.log)
    centre.desk.login("201", "1001")
    assert [w for w in centre.office.writes.log[begun:] if "_queue" in w] == []
    assert centre.inside() == {"1001"}


def test_whoever_is_replaced_leaves_and_whoever_comes_joins(centre: CallCentre) -> None:
    for user in ("1001", "1003"):
        centre.rule(user, LOGIN)
    centre.desk.login("200", "1001")
    centre.desk.login("200", "1003")
    assert centre.inside() == {"1003"}


def test_who_sits_at_two_phones_leaves_with_the_second(centre: CallCentre) -> None:
    centre.office.ledger.save_settings({"several_phones": "allow"})
    centre.rule("1001", LOGIN)
    for phone in ("200", "201"):
        centre.desk.login(phone, "1001")
    centre.desk.logout("200")
    assert centre.inside() == {"1001"}
    centre.desk.logout("201")
    assert centre.inside() == set()


def test_a_static_member_stays_and_is_paused_while_nobody_sits_anywhere(centre: CallCentre) -> None:
    centre.rule("1002", BREAK)
    assert centre.paused() == {"1002"}
    centre.desk.login("200", "1002")
    assert centre.paused() == set()
    centre.desk.logout("200")
    assert centre.paused() == {"1002"}
    centre.rule("1002", LOGIN)
    centre.desk.login("200", "1002")
    centre.desk.logout("200")
    assert centre.members()["1002"] == STATIC


def test_who_logged_in_to_the_queue_himself_before_stays_in_it(centre: CallCentre) -> None:
    centre.rule("1001", LOGIN)
    centre.star_45("1001")
    centre.desk.login("200", "1001")
    centre.desk.logout("200")
    centre.desk.reconcile()
    assert centre.inside() == {"1001"}


def test_who_steps_out_at_the_desk_is_not_put_back_by_a_repair(centre: CallCentre) -> None:
    centre.rule("1001", LOGIN)
    centre.desk.login("200", "1001")
    centre.star_45("1001")
    centre.desk.reconcile()
    assert centre.inside() == set()
    centre.desk.login("201", "1001")
    assert centre.inside() == {"1001"}


# Bulk


def test_when_all_are_logged_out_all_leave(centre: CallCentre) -> None:
    users = [str(n) for n in range(5000, 5010)]
    centre.office.inventory.all_users += [User(u, f"Agent {u}", "") for u in users]
    phones = [str(n) for n in range(6000, 6010)]
    for user, phone in zip(users, phones):
        centre.office.inventory.all_devices.append(
            centre.office.inventory.all_devices[0]._replace(id=phone, user=phone)
        )
        centre.office.ledger.save_phones([centre.office.ledger.phones()[0]._replace(device=phone)])
        centre.rule(user, LOGIN)
        centre.desk.login(phone, user)
    assert centre.inside() == set(users)
    centre.desk.logout_all()
    assert centre.inside() == set()


# What fails


def test_a_login_succeeds_where_the_queue_fails_and_a_repair_makes_up_for_it(centre: CallCentre) -> None:
    centre.rule("1001", LOGIN)
    for error in (AsteriskDown("gone"), LedgerDown("gone")):
        writes = centre.office.writes
        # The queue is the last that is thought of, but for the announcement and the mark.
        centre.desk.login("200", "1001")
        doing = next(n for n, w in enumerate(reversed(writes.log), 1) if "join_queue" in w)
        centre.desk.logout("200")
        writes.fail(len(_writes_of_a_login(centre)) - doing + 1, error)
        outcome = centre.desk.login("200", "1001")
        assert (outcome.code, outcome.applied) == ("logged_in", False)
        writes.never_fail()
        centre.desk.reconcile()
        assert centre.inside() == {"1001"}
        centre.desk.logout("200")


def _writes_of_a_login(centre: CallCentre) -> list[str]:
    begun = len(centre.office.writes.log)
    centre.desk.login("200", "1001")
    made = centre.office.writes.log[begun:]
    centre.desk.logout("200")
    return made


@pytest.mark.parametrize("after", [False, True], ids=["before the write", "after the write"])
@pytest.mark.parametrize("mode", [LOGIN, BREAK])
@pytest.mark.parametrize("verb", ["login", "logout"])
def test_whatever_write_a_process_dies_at_a_repair_brings_queues_in_line(verb: str, mode: str, after: bool) -> None:
    at = 0
    while True:
        at += 1
        centre = CallCentre()
        user = "1001" if mode == LOGIN else "1002"
        centre.rule(user, mode)
        if verb == "logout":
            centre.desk.login("200", user)
        centre.office.writes.fail(at, after=after)
        try:
            centre.desk.login("200", user) if verb == "login" else centre.desk.logout("200")
            return
        except Crash:
            pass
        centre.office.writes.never_fail()
        centre.desk.reconcile()
        sits = centre.office.seat("200") == user
        assert centre.inside() == ({"1001"} if mode == LOGIN and sits else set()), at
        assert centre.paused() == ({"1002"} if mode == BREAK and not sits else set()), at
        assert centre.desk.reconcile().effects == ()
        if sits:
            centre.desk.logout("200")
            assert centre.inside() == set() and centre.paused() == ({"1002"} if mode == BREAK else set()), at


def test_who_logs_out_while_asterisk_is_down_leaves_when_it_is_back(centre: CallCentre) -> None:
    centre.rule("1001", LOGIN)
    centre.desk.login("200", "1001")
    centre.office.ledger.change(centre.office.ledger.sessions(), None, [])
    centre.restart()
    centre.desk.reconcile(force=True)
    assert centre.inside() == set()


@pytest.mark.parametrize("persistent", [True, False])
def test_after_a_restart_members_are_in_and_paused_as_before(centre: CallCentre, persistent: bool) -> None:
    centre.rule("1001", LOGIN)
    centre.rule("1002", BREAK)
    centre.desk.login("200", "1001")
    centre.restart(persistent)
    centre.desk.reconcile()
    assert (centre.inside(), centre.paused()) == ({"1001"}, {"1002"})
    # That is nobody's fault, and no line of the history.
    assert [e for e in centre.history() if e.event == "repair"] == []
    assert centre.desk.reconcile().effects == ()


def test_a_repair_says_beforehand_what_it_would_do_and_does_not_do_it(centre: CallCentre) -> None:
    centre.rule("1002", BREAK)
    centre.restart()
    found = centre.desk.reconcile(dry_run=True)
    assert found.effects == (Membership("700", "1002", "pause"),)
    assert [name(e) for e in found.effects] == ["queue/700/1002"]
    assert centre.paused() == set()


def test_where_a_repair_leaves_phones_alone_it_leaves_their_users_in_the_queue(centre: CallCentre) -> None:
    centre.office.ledger.save_settings({"mass_logout": "1"})
    seats = (("200", "1001"), ("201", "1003"))
    for phone, user in seats:
        centre.rule(user, LOGIN)
        centre.desk.login(phone, user)
    ledger = centre.office.ledger
    ledger.restore(ledger.snapshot()._replace(sessions=(), events=()))
    with pytest.raises(UnsafePlan):
        centre.desk.reconcile()
    assert centre.inside() == {"1001", "1003"}
    centre.desk.reconcile(force=True)
    assert centre.inside() == set()


def test_a_user_who_is_deleted_leaves(centre: CallCentre) -> None:
    centre.rule("1003", LOGIN)
    centre.desk.login("200", "1003")
    centre.office.delete_extension("1003")
    centre.desk.reconcile()
    assert centre.inside() == set()


# Lamps


def test_the_lamp_of_the_desk_says_that_its_user_is_in_the_queue(centre: CallCentre) -> None:
    centre.rule("1001", LOGIN)
    centre.desk.login("200", "1001")
    assert centre.lamps() == {"200*700": "INUSE", "1001*700": "INUSE"}
    centre.desk.login("201", "1001")
    assert centre.lamps() == {"201*700": "INUSE", "1001*700": "INUSE"}
    centre.desk.logout("201")
    assert centre.lamps() == {}


def test_what_the_code_lit_at_the_desk_goes_out_when_its_user_has_left(centre: CallCentre) -> None:
    centre.desk.login("200", "1001")
    centre.star_45("1001")
    assert centre.lamps() == {"200*700": "INUSE"}
    centre.desk.reconcile()
    assert centre.lamps() == {"200*700": "INUSE", "1001*700": "INUSE"}
    centre.desk.logout("200")
    centre.desk.reconcile()
    assert centre.lamps() == {"1001*700": "INUSE"}
    assert [e.event for e in centre.history()] == ["login", "logout"]
    assert centre.desk.reconcile().effects == ()


def test_lamps_of_phones_and_people_that_have_nothing_to_do_with_us_stay(centre: CallCentre) -> None:
    for lamp in ("QUEUE9001*700", "QUEUE202*700"):
        centre.office.astdb.values[f"CustomDevstate/{lamp}"] = "NOT_INUSE"
    centre.office.astdb.values["CustomDevstate/QUEUE9001*701"] = "INUSE"
    centre.desk.reconcile()
    assert centre.lamps() == {"9001*700": "NOT_INUSE", "202*700": "NOT_INUSE", "9001*701": "INUSE"}


# What an administrator changes


def test_a_rule_counts_at_once_for_who_sits_somewhere(centre: CallCentre) -> None:
    centre.desk.login("200", "1001")
    assert queues.change(centre.desk, "1001", {"700": LOGIN, "701": LOGIN}) == queues.Outcome(applied=True)
    assert (centre.inside(), centre.inside("701")) == ({"1001"}, {"1001"})
    centre.rule("1001", UNTOUCHED)
    assert (centre.inside(), centre.inside("701")) == (set(), {"1001"})
    assert centre.office.ledger.queue_rules() == (Rule("1001", "701", LOGIN, JOINED, centre.office.switchboard.run),)


def test_a_rule_that_is_taken_away_unpauses(centre: CallCentre) -> None:
    centre.rule("1002", BREAK)
    centre.rule("1002", UNTOUCHED)
    assert (centre.paused(), centre.office.ledger.queue_rules()) == (set(), ())


def test_a_rule_that_is_taken_away_while_asterisk_is_down_is_taken_back_later(centre: CallCentre) -> None:
    centre.rule("1002", BREAK)
    centre.office.writes.fail(2, AsteriskDown("gone"))
    assert not queues.change(centre.desk, "1002", {"700": UNTOUCHED}).applied
    centre.office.writes.never_fail()
    assert centre.paused() == {"1002"}
    assert [(r.mode, r.done) for r in centre.office.ledger.queue_rules()] == [(UNTOUCHED, PAUSED)]
    assert queues.rules(centre.office.ledger) == ()
    centre.desk.reconcile()
    assert (centre.paused(), centre.office.ledger.queue_rules()) == (set(), ())


def test_the_history_says_who_changed_what(centre: CallCentre) -> None:
    centre.desk.actor = "maria"
    queues.change(centre.desk, "1001", {"700": LOGIN, "701": UNTOUCHED})
    queues.change(centre.desk, "1001", {"700": LOGIN})
    queues.change(centre.desk, "1001", {"700": BREAK})
    assert [(e.event, e.user, e.actor, e.code, e.detail, e.applied) for e in centre.history()] == [
        ("queue", "1001", "maria", "changed", "700: untouched → login", True),
        ("queue", "1001", "maria", "changed", "700: login → pause", True),
    ]


def test_what_cannot_be_is_refused_and_nothing_is_changed(centre: CallCentre) -> None:
    for user, modes, error in (
        ("1009", {"700": LOGIN}, UnknownUser),
        ("1001", {"700": LOGIN, "799": LOGIN}, BadValue),
        ("1001", {"700": "sometimes"}, BadValue),
    ):
        with pytest.raises(error):
            queues.change(centre.desk, user, modes)
    with pytest.raises(Changed):
        queues.change(centre.desk, "1001", {"700": LOGIN}, {"700": BREAK})
    assert (centre.history(), centre.office.ledger.queue_rules()) == ([], ())


def test_what_freepbx_has_no_more_can_be_taken_away(centre: CallCentre) -> None:
    centre.rule("1003", LOGIN)
    centre.office.delete_extension("1003")
    del centre.office.inventory.all_queues["700"]
    assert [q.number for q in queues.of_user(centre.office.ledger, centre.office.inventory, "1003")] == ["700", "701"]
    centre.rule("1003", UNTOUCHED)
    assert centre.office.ledger.queue_rules() == ()


def test_an_administrator_is_told_where_a_rule_comes_to_nothing(centre: CallCentre) -> None:
    centre.office.astdb.values["QPENALTY/701/dynmemberonly"] = "yes"
    done = queues.change(centre.desk, "1001", {"700": LOGIN, "701": LOGIN})
    assert done == queues.Outcome(applied=True, barred=("701",))
    assert queues.change(centre.desk, "1002", {"700": LOGIN, "701": BREAK}).static == ("700",)
    centre.desk.login("200", "1001")
    assert (centre.inside(), centre.inside("701")) == ({"1001"}, set())
    centre.office.astdb.values["QPENALTY/701/agents/1001"] = "0"
    centre.desk.reconcile()
    assert centre.inside("701") == {"1001"}


def test_everything_is_remembered_of_a_rule_that_was_carried_out(centre: CallCentre) -> None:
    centre.rule("1001", LOGIN)
    centre.desk.login("200", "1001")
    centre.desk.logout("200")
    assert centre.office.ledger.queue_rules() == (Rule("1001", "700", LOGIN, LEFT, centre.office.switchboard.run),)
