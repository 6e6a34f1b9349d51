"""Secrets in files: readable by their owner only, written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def generated_secret(path: Path) -> str:
    """Read the secret kept in `path`, made on first use; two starters at once agree on one."""
    if not path.exists():
        part = _written_aside(path, secrets.token_urlsafe(32).encode())
        try:
            os.link(part, path)
        except FileExistsError:
            return path.read_text().strip()
        finally:
            part.unlink()
    return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Replace what `path` holds with `text`."""
    write_private_bytes(path, text.encode())


def write_private_bytes(path: Path, content: bytes) -> None:
    """Replace what `path` holds with `content`."""
    part = _written_aside(path, content)
    try:
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _written_aside(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return part
