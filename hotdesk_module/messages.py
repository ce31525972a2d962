"""The message lamps of phones: they show the messages of whoever sits there, else the phone's own.

What a phone shows cannot be asked for, and nothing of it is stored: it is told again whenever it may show something
else. Nobody waits for that, and no login fails because of it.
"""

from __future__ import annotations

from collections.abc import Iterable

from hotdesk_module.core import messages
from hotdesk_module.core.messages import Counts
from hotdesk_module.ports import Inventory, Ledger, Switchboard

# So often somebody else may sit there by the time the phone is told.
TRIES = 3


class MessageLamps:
    """Tells phones what to show.

    Args:
        own: where the mailboxes that Asterisk itself shows an occupied phone are noted, by device; None: nowhere.
    """

    def __init__(
        self,
        ledger: Ledger,
        inventory: Inventory,
        switchboard: Switchboard,
        own: dict[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._ledger = ledger
        self._inventory = inventory
        self._switchboard = switchboard
        self._own = own

    def show(self, phones: Iterable[str]) -> None:
        """Tell phones how many messages wait.

        Without the lock, for counting may take its time. Two processes can overtake each other so: whoever finds
        afterwards that somebody else sits there by now tells the phone again, and so the last word is right.

        Raises:
            HotdeskError: Asterisk or the database does not answer; some phones have not been told.
        """
        left = set(phones)
        for _ in range(TRIES):
            if not left:
                return
            seated = self._seated(left)
            self._tell(left, seated)
            now = self._seated(left)
            left = {phone for phone in left if now.get(phone) != seated.get(phone)}

    def _seated(self, phones: Iterable[str]) -> dict[str, str]:
        return {s.phone: s.user for s in self._ledger.sessions(phones)}

    def _tell(self, phones: Iterable[str], seated: dict[str, str]) -> None:
        devices = self._inventory.devices(sorted(phones))
        wanted = {seated.get(d.id, d.user) for d in devices} - {""}
        users = {u.extension: u for u in self._inventory.users(sorted(wanted))}
        counted: dict[str, Counts] = {}
        for device in devices:
            if device.id in seated:
                boxes = messages.of_user(users.get(seated[device.id]))
                if self._own is not None and device.id not in self._own:
                    self._own[device.id] = self._switchboard.mailboxes(device.dial)
            else:
                boxes = messages.of_device(self._switchboard.mailboxes(device.dial), users.get(device.user))
            for box in boxes:
                if box not in counted:
                    counted[box] = self._switchboard.messages(box)
            self._switchboard.show_messages(device.dial, messages.total(counted[box] for box in boxes))
