"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One problem. `file` is relative to the project, with a line where there is one; `name` is what it is about."""

    file: str
    name: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.name}: {self.problem}"
