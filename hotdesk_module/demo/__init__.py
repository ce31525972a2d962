"""A PBX small enough to read, for `make demo`.

It keeps FreePBX's rules for the AstDB keys that hot desking touches, speaks Asterisk's side of AGI and AMI, and draws
its phones in the browser. It knows nothing about hot desking: that happens in `agi-bin/hotdesk.py` and in
the daemon, as on a real PBX; `front.py` stands before the daemon's panel where FreePBX and the bridge do.
"F§n" in the comments names the section of the project's FreePBX facts that a rule follows; "V" its verified part.
"""
