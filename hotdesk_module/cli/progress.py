"""A bar for what takes long, where a person is looking."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import click

from hotdesk_module.service import Progress

# What is done before anybody would look at a bar.
HANDFUL = 20


@contextmanager
def progress(label: str) -> Iterator[Progress | None]:
    """Yield what is told (done, total), or None where standard error is no terminal."""
    with ExitStack() as stack:
        bars: list[Any] = []

        def tell(done: int, total: int) -> None:
            if total > HANDFUL and not bars:
                bars.append(stack.enter_context(click.progressbar(length=total, label=label, file=sys.stderr)))
            for bar in bars:
                bar.update(done - bar.pos)

        yield tell if sys.stderr.isatty() else None
