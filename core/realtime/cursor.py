"""`<epoch>.<seq>`: where a screen stands in its tenant's event log."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Cursor:
    """The epoch changes when the database is restored elsewhere: numbers of another life mean nothing in this one."""

    epoch: UUID
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.seq}"


def parse(text: str) -> Cursor | None:
    """The cursor, or None when it is none of ours."""
    epoch, _, seq = text.partition(".")
    if not (seq.isascii() and seq.isdecimal() and len(seq) <= 18):
        return None
    try:
        return Cursor(UUID(epoch), int(seq))
    except ValueError:
        return None
