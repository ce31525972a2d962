"""The names that people, and whoever looks after a phone, have recorded in their mailboxes."""

from __future__ import annotations

import os

from hotdesk_module.core.model import User

# Asterisk tells it to every script that it runs (res_agi, setup_env).
SPOOL = "AST_SPOOL_DIR"


def recorded(user: User | None) -> tuple[str, ...]:
    """Return the sound of a user's recorded name, without its format as Asterisk wants it; nothing where there is none.

    It is a file of voicemail's, unless that keeps them elsewhere.
    """
    spool = os.environ.get(SPOOL, "")
    if user is None or not user.mailbox or not spool:
        return ()
    folder = os.path.join(spool, "voicemail", user.mailbox, user.extension)
    try:
        files = os.listdir(folder)
    except OSError:
        return ()
    return (os.path.join(folder, "greet"),) if any(f.startswith("greet.") for f in files) else ()
