"""A real Asterisk with a company's phones, for integration tests. `Rig` is the way in."""

from __future__ import annotations

from tests.support.rig.rig import Rig, missing

__all__ = ["Rig", "missing"]
