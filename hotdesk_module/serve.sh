#!/bin/sh
# The daemon, for pm2, which starts a script by its suffix; where things are comes in the environment.
module=$(dirname "$(dirname "$(readlink -f "$0")")")
exec sh "$module/hotdesk_module/python.sh" "$module/hotdesk_module/__main__.py" \
    serve --state "$HOTDESK_STATE" --log "$HOTDESK_LOG"
