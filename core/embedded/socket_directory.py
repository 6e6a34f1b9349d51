"""Where a server keeps its UNIX socket: private, and short enough for sockaddr_un."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from pathlib import Path

# sockaddr_un holds 107 bytes, of which "/.s.PGSQL.65535.lock" takes 20.
_LONGEST = 85
# PostgreSQL takes a list here: a comma or a quote in the path would split it.
_PLAIN = re.compile(r"[A-Za-z0-9_./-]+")


def socket_directory(data_dir: Path, owner: int | None = None) -> Path:
    """A directory of mode 0700 that belongs to us, or to `owner`.

    Inside `data_dir` when that path is short and plain; else one with a random name under
    XDG_RUNTIME_DIR or /tmp, remembered in `data_dir` so that restarts reuse it.
    """
    inside = data_dir / "run"
    if owner is None and len(os.fsencode(inside)) <= _LONGEST and _PLAIN.fullmatch(str(inside)):
        inside.mkdir(mode=0o700, exist_ok=True)
        inside.chmod(0o700)
        return inside
    return _outside(data_dir / "socket_dir", os.geteuid() if owner is None else owner)


def forget_socket_directory(data_dir: Path) -> None:
    """Remove what `socket_directory` made outside of `data_dir`."""
    note = data_dir / "socket_dir"
    if not note.exists():
        return
    directory = Path(note.read_text())
    if directory.is_dir() and not directory.is_symlink() and directory.name.startswith("comptoir-"):
        shutil.rmtree(directory, ignore_errors=True)
    note.unlink()


def _outside(note: Path, owner: int) -> Path:
    if note.exists():
        known = Path(note.read_text())
        if _is_private(known, owner):
            return known
    parent = os.environ.get("XDG_RUNTIME_DIR", "")
    if not _usable(parent) or owner != os.geteuid():
        parent = "/tmp"  # noqa: S108 - mkdtemp makes a private directory with an unguessable name
    directory = Path(tempfile.mkdtemp(prefix="comptoir-", dir=parent))
    os.chown(directory, owner, -1)
    note.write_text(str(directory))
    return directory


def _usable(parent: str) -> bool:
    return bool(_PLAIN.fullmatch(parent)) and len(parent) < _LONGEST - 20 and os.access(parent, os.W_OK)


def _is_private(directory: Path, owner: int) -> bool:
    """Whoever planted a directory or a link of that name since must not receive our connections."""
    try:
        found = directory.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and stat.S_IMODE(found.st_mode) == 0o700
