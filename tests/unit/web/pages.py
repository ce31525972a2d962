"""Every page that is got, for the checks that hold for all of them; add yours."""

from __future__ import annotations

from hotdesk_module.core.lockout import Attempts
from hotdesk_module.core.model import Group, Phone, User
from hotdesk_module.core.queues import Rule
from tests.support.front import Front
from tests.support.office import device

# With somebody at phone 200, the phones 200, 201, 202 and 999 in the pool, somebody without a mailbox (1005) and locks:
# see everyone().
PAGES = (
    *("/", "/phones", "/phones?state=gone", "/phones/add", "/phones/200", "/phones/201", "/phones/999"),
    *("/phones/200/login", "/phones/200/remove", "/logout", "/logout?location=nowhere"),
    *("/health", "/health/force", "/health/forwards"),
    *("/health/emergency", "/health/emergency?number=5551234&phone=200", "/health/emergency?missing=yes"),
    *("/history", "/history?phone=200&what=login", "/history/seat?phone=200&date=2023-11-14&time=23:14"),
    *("/people", "/people?state=everybody", "/people/1003", "/people/1004/login", "/people/1003/pin"),
    *("/people/1003/queues", "/people/1005", "/people/1005/pin", "/people/locks", "/settings"),
    "/phones/import",
    *("/occupancy", "/occupancy?range=today", "/occupancy?since=2023-11-01&until=2023-11-14"),
    "/history/seat?user=1003&date=2023-11-14&time=23:14",
)
EVIL = "<script>alert('x')</script> \"O'Brien\" & عمر 👩‍💻"


def everyone(front: Front) -> Front:
    """Seat 1003 at 200, lock a user and a phone, and let every name be trouble."""
    front.desk.login("200", "1003")
    front.office.inventory.all_users.append(User("1005", "", ""))
    front.office.astdb.values["CF/1001"] = "201"
    front.office.inventory.all_queues = {"700": EVIL, "701": ""}
    front.office.inventory.all_groups.append(Group("queue", "700", members=("1003",)))
    front.ledger.save_queue_rules([Rule("1003", "700", "login"), Rule("1003", "799", "pause")])
    for kind, subject in (("user", "1004"), ("phone", "201")):
        front.ledger.save_attempts(kind, subject, Attempts((), front.office.clock() + 600))
    front.office.inventory.all_users = [u._replace(name=EVIL) for u in front.office.inventory.all_users]
    front.office.inventory.all_devices.append(device("213")._replace(description=EVIL))
    front.ledger.save_phones([Phone("200", EVIL, location=EVIL), Phone("999", EVIL)])
    return front
