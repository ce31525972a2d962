"""A real Asterisk with a company's phones, for integration tests. `Rig` is the way in.

    rig = Rig(); rig.start()                          # some two seconds, once the sid folder is there
    rig.load_module_dialplan(text)                    # app-hotdesk and app-hotdesk-target, then dialplan reload
    with rig.calling("200", "*11") as mark:           # a real phone dials; hung up and settled at the end
        rig.phones["200"].wait_answered()
        rig.phones["200"].send_digits("1001#")
        rig.tap.wait_for("UserEvent", mark, UserEvent="…")
    rig.phones["1001"].wait_ringing()                 # -> IncomingCall(name, number)
    with rig.namespace.entered(): ...                 # this thread can reach the manager port
    rig.namespace.argv([...])                         # a command line run inside
    rig.asterisk.db_get/db_put/db_del/db_show/cli/restart/kill9, rig.database.query/kill/start
    rig.freepbx_reload(), rig.freepbx_edit_extension("200"), rig.forward_like(16)
    rig.collected_text()                              # all logs and events, to search for PINs
    rig.reset()                                       # between tests

The dialplan follows FreePBX 17's rules, re-created from the facts in our own words; where a rule is left out, a
comment in `dialplan/` does not claim it.
"""

from __future__ import annotations

from tests.support.rig.rig import ASTERISK, Rig, missing

__all__ = ["ASTERISK", "Rig", "missing"]
