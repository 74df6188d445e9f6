"""Every .txt under tests/flows is a transcript (tests/support/transcript.py), played by test_transcripts.py."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "transcript" in metafunc.fixturenames:
        files = sorted(HERE.rglob("*.txt"))
        metafunc.parametrize("transcript", files, ids=[str(file.relative_to(HERE)) for file in files])


@pytest.fixture
def update() -> bool:
    """`UPDATE=1 pytest tests/flows` writes the answers in the transcripts anew."""
    return bool(os.environ.get("UPDATE"))
