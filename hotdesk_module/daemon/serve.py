"""Runs the daemon: one process on a state folder, until it is told to end."""

from __future__ import annotations

import gc
import os
import signal
import time
from contextlib import suppress
from functools import partial
from typing import Callable

from hotdesk_module import __version__, config, controls
from hotdesk_module.adapters import machine
from hotdesk_module.adapters.instance import Instance, holder
from hotdesk_module.adapters.memory import Memory
from hotdesk_module.compose import compose
from hotdesk_module.daemon import log as log_
from hotdesk_module.daemon import work
from hotdesk_module.daemon.activity import Activity
from hotdesk_module.daemon.alarm import Alarm
from hotdesk_module.daemon.bell import Bell
from hotdesk_module.daemon.courier import Courier
from hotdesk_module.daemon.folder import Folder
from hotdesk_module.daemon.forkserver import ForkServer
from hotdesk_module.daemon.guard import Guard
from hotdesk_module.daemon.keeper import Keeper, Work
from hotdesk_module.daemon.line import Line
from hotdesk_module.daemon.message_lamps import Keeping
from hotdesk_module.daemon.panel import Panel
from hotdesk_module.daemon.registrations import Registrations
from hotdesk_module.daemon.timers import Clocks, Timers, Watched
from hotdesk_module.daemon.troubles import Troubles
from hotdesk_module.errors import BadConfig, HotdeskError
from hotdesk_module.health.installation import Machine
from hotdesk_module.health.projection import Comparisons
from hotdesk_module.web.alerts import Alerts
from hotdesk_module.web.app import Base, create_app

# Seconds that a daemon gets to end before it is killed, and between two looks.
PATIENCE = 10.0
POLL = 0.05
# Seconds between two looks at the panel's socket.
LOOK = 10.0
LOOP = "main loop"
# What the history calls the timers.
TIMER = "timer"

Say = Callable[[str], None]


def serve(state: str, log_file: str, say: Say) -> None:
    """Serve until SIGTERM or SIGINT; return at once where another process does already.

    Raises:
        BadConfig: the configuration, the state folder or the log cannot be used.
    """
    where = config.load()
    folder = Folder(state)
    folder.prepare()
    instance = Instance(folder.lock)
    try:
        mine = instance.claim()
    except OSError as error:
        raise BadConfig(f"{folder.lock} cannot be written ({error.strerror}).") from error
    if not mine:
        say(f"Hot Desking is already running (pid {holder(folder.lock) or 'unknown'}).")
        return
    try:
        _run(where, folder, instance, log_file)
    finally:
        instance.release()


def stop(state: str, say: Say) -> None:
    """End the daemon of a state folder, and wait until it has ended."""
    lock = Folder(state).lock
    pid = holder(lock)
    if pid is None:
        say("Not running.")
        return
    for number, patience in ((signal.SIGTERM, PATIENCE), (signal.SIGKILL, PATIENCE)):
        deadline = time.monotonic() + patience
        sent = False
        while holder(lock) is not None and time.monotonic() < deadline:
            # A daemon that has just started has not written its number yet.
            pid = holder(lock) or 0
            if pid and not sent:
                _send(pid, number)
                sent = True
            time.sleep(POLL)
        if holder(lock) is None:
            say("Stopped." if number == signal.SIGTERM else "Killed, for it did not end.")
            return
    raise BadConfig(f"The daemon (pid {pid}) does not end. Is it another user's?")


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
    except PermissionError as error:
        raise BadConfig(f"The daemon (pid {pid}) is another user's; run this as FreePBX's user or as root.") from error


def _run(where: config.Config, folder: Folder, instance: Instance, log_file: str) -> None:
    log = log_.start(log_file)
    bell, alerts = Bell(), Alerts()
    bell.stop_on((signal.SIGTERM, signal.SIGINT))
    connections = work.Connections(where)
    registrations = Registrations(connections.inventory.devices, time.monotonic)
    keeping = Keeping(time.monotonic, work.wall_clock)
    comparisons = Comparisons()
    base = Base(
        partial(compose, Memory()),
        folder.new_secret(),
        alerts,
        bell.ask,
        work.wall_clock,
        about_us,
        where.database,
        registrations.current,
        comparisons,
    )
    panel = Panel(create_app(base), folder.socket, log)
    panel.start()
    # What is loaded by now stays: the collector need not go through it again while it answers a long list.
    gc.freeze()
    line = Line(connections.connect, time.monotonic)
    watched = Watched(folder.watched)
    activity = Activity(work.machine_clock, watched.ago(work.wall_clock()))
    timers = Timers(
        connections.ledger,
        connections.inventory,
        lambda: work.desk(connections, line, TIMER),
        activity,
        watched,
        Clocks(work.wall_clock, work.machine_clock),
        log,
    )
    tasks = Work(
        repair=lambda: work.repair(connections, line, comparisons),
        forget=lambda: work.forget(connections),
        examine=lambda: work.examine(connections, line, alerts, about_us()),
        expire=lambda: work.expire(timers, line),
        heard=lambda events: bool(activity.heard(events) & timers.held),
        glance=lambda: work.glance(connections, line),
    )
    troubles = Troubles(alerts, log, time.monotonic)
    keeper = Keeper(tasks, troubles, log, time.monotonic)
    guard = Guard(lambda: controls.locks(connections.ledger, work.wall_clock()), alerts, troubles, time.monotonic)
    alarm = Alarm(
        connections.ledger, connections.inventory, line, alerts, troubles, log, work.wall_clock, time.monotonic
    )
    forkserver = ForkServer(folder.calls, log, time.monotonic)
    courier = Courier(where, alerts, log, work.wall_clock)
    courier.start()
    log.info("Hot Desking %s serves %s (pid %d).", __version__, folder.socket, os.getpid())
    try:
        while not bell.stopped.is_set():
            if not instance.holds():
                log.warning("%s is gone, or another's: the module was removed, or a second daemon runs.", folder.lock)
                break
            try:
                _turn(keeper, line, activity, alarm, bell, registrations, keeping, troubles)
                work.show_messages(keeping, connections, line, troubles)
                guard.work()
                panel.keep()
                forkserver.keep()
                waits = (keeper.next(), line.wait(), registrations.next(), keeping.next(), guard.next(), alarm.next())
                rest = min(*waits, LOOK)
                bell.wait(0.0 if line.waiting else rest, line.fileno())
                troubles.end(LOOP)
            except Exception as error:
                troubles.begin(LOOP, HotdeskError.code, f"{type(error).__name__}: {error}", error)
                bell.wait(1.0)
    finally:
        courier.stop()
        forkserver.stop()
        panel.stop()
        with suppress(HotdeskError):
            timers.write()
        line.lost("ended")
        connections.close()
        bell.close()
        log.info("Ended.")


def about_us() -> Machine:
    """Return what is true of the machine; that the daemon runs, we know."""
    return Machine(machine.python(), machine.packages(), daemon=True)


def _turn(
    keeper: Keeper,
    line: Line,
    activity: Activity,
    alarm: Alarm,
    bell: Bell,
    registrations: Registrations,
    keeping: Keeping,
    troubles: Troubles,
) -> None:
    """Look at everything once."""
    if line.keep():
        keeper.connected()
        registrations.away()
        keeping.connected()
    heard = line.events()
    # Before anything that may take its time.
    alarm.heard(heard)
    alarm.work()
    keeper.heard(heard)
    activity.watch(line.up)
    registrations.heard(heard)
    keeping.heard(heard)
    work.follow(registrations, line, troubles)
    keeping.renewed(registrations.renewed())
    if bell.asked.is_set():
        bell.asked.clear()
        keeper.asked()
    keeper.work()
