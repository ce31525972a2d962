#!/bin/sh
# Run a script of the module on the Python that was found at installation: python.sh SCRIPT [ARGUMENT ...]
#
# As root it goes on as FreePBX's user: the module's files are that user's, who must not become root by them.
# The interpreter is the one that install.py wrote down; where that is gone or was never written, the first that is new
# enough. Not every machine's python3 is (Sangoma Linux 7 has 3.6).

self=$(readlink -f "$0")
module=$(dirname "$(dirname "$self")")
user=${HOTDESK_USER:-$(stat -c %U "$module")}
if [ "$(id -u)" = 0 ] && [ "$user" != root ]; then
    # SUDO_USER tells the history who acts.
    home=$(getent passwd "$user" | cut -d: -f6)
    exec runuser -u "$user" -- env HOME="$home" SUDO_USER="${SUDO_USER:-root}" sh "$self" "$@"
fi

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null
}

# HOTDESK_PYTHON is for a development tree, whose packages are in a virtual environment.
found=${HOTDESK_PYTHON:-}
if [ -z "$found" ] && [ -r "$module/interpreter" ]; then
    found=$(cat "$module/interpreter")
fi
if ! [ -x "$found" ]; then
    found=
    # What fwconsole and cron are started with does not always name the places where a newer Python is put.
    PATH=$PATH:/usr/local/bin:/usr/bin:/bin
    for name in python3 python3.13 python3.12 python3.11 python3.10 python3.9; do
        if new_enough "$name"; then
            found=$(command -v "$name")
            break
        fi
    done
fi
if [ -z "$found" ]; then
    present=$(python3 --version 2>&1) || present='none'
    echo "Hot Desking needs Python 3.9 or newer, and there is none here (found: $present)." \
        "Debian: apt-get install python3. Sangoma Linux 7: build a newer one beside the system's own" \
        "(python.org, make altinstall). Then run: fwconsole ma install hotdesk" >&2
    exit 127
fi
# -I: no PYTHONPATH, no packages of the user who calls us.
exec "$found" -I "$@"
