"""Where the master keys are kept: in a file of the data directory, or in the environment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.config.private_file import write_private


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

    def write(self, keys: Sequence[str]) -> None:
        """Replace the file, whole or not at all. Raises ValueError where the environment names the keys."""
        if self.file is None:
            raise ValueError("the environment names the master keys: change COMPTOIR_SECRET_KEY there")
        write_private(self.file, "\n".join(keys) + "\n")
