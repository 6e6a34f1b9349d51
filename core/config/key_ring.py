"""Where the master keys are kept: in a file of the data directory, or in the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class KeyRing:
    """The installation's master keys, the current one first. `file` is None when the environment names them."""

    file: Path | None
    given: tuple[str, ...] = field(default=(), repr=False)

    def read(self) -> tuple[str, ...]:
        """The keys as they are now: a file may have changed since the start. Empty when it is gone."""
        if self.file is None:
            return self.given
        if not self.file.exists():
            return ()
        return tuple(line.strip() for line in self.file.read_text().splitlines() if line.strip())
