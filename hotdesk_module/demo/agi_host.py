"""Runs the AGI script as Asterisk would: a subprocess, AGI over its pipes, SIGHUP when the caller hangs up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from hotdesk_module.demo.agi_commands import AgiCommands, environment
from hotdesk_module.demo.channel import Channel
from hotdesk_module.demo.pbx import Pbx

CONTEXT = "app-hotdesk"


class AgiHost:
    """Starts one process a call. The script must not notice that this is not Asterisk."""

    def __init__(self, pbx: Pbx, script: Path, variables: Mapping[str, str], python: str = sys.executable) -> None:
        self._pbx = pbx
        self._script = script
        self._environment = {**os.environ, **variables}
        self._python = python

    def run(self, channel: Channel, arguments: Sequence[str]) -> bool:
        """Run the script on a channel until it exits; True when it could be run and found nothing wrong."""
        if not self._script.exists():
            print(f"demo: there is no {self._script}", file=sys.stderr)
            return False
        process = subprocess.Popen(
            [self._python, str(self._script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._environment,
        )
        channel.at_hangup(lambda: _send_hangup(process))
        try:
            self._converse(process, channel, arguments)
        finally:
            if process.stdin is not None:
                _close(process.stdin)
            code = process.wait()
            if process.stdout is not None:
                process.stdout.close()
        channel.variables["AGISTATUS"] = "SUCCESS" if code == 0 else "FAILURE"
        # A caller who hung up has nobody left to apologise to.
        return code == 0 or channel.hungup

    def _converse(self, process: subprocess.Popen[bytes], channel: Channel, arguments: Sequence[str]) -> None:
        commands = AgiCommands(channel, self._pbx.db, self._pbx.functions, self._pbx.events, self._pbx.pace)
        assert process.stdin is not None and process.stdout is not None
        reply = environment(channel, str(self._script), arguments, CONTEXT)
        try:
            process.stdin.write(reply.encode())
            process.stdin.flush()
            for line in process.stdout:
                reply = commands.execute(line.decode("utf-8", "replace").rstrip("\r\n"))
                process.stdin.write(reply.encode() + b"\n")
                process.stdin.flush()
        except BrokenPipeError:
            # The script ended without reading our last reply: Asterisk does not mind either.
            return


def _send_hangup(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGHUP)


def _close(stream: object) -> None:
    try:
        stream.close()  # type: ignore[attr-defined]
    except BrokenPipeError:
        return
