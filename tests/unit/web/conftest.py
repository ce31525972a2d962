from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.front import Front


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    made = Front(tmp_path)
    yield made
    made.database.close()
