"""Under which identity PostgreSQL runs: it refuses root, and it looks its own user up by id."""

from __future__ import annotations

import ctypes
import functools
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from core.embedded.errors import IdentityRefused

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWUSER = 0x10000000
_OVERFLOW_ID = 65534
_SYSTEM_USER = "comptoir"


@dataclass(frozen=True)
class Identity:
    """Either ourselves (both None), ourselves renamed in a user namespace, or a system user."""

    inside_uid: int | None = None
    system_user: str | None = None

    def enter(self) -> None:
        """Run in the child between fork and exec."""
        if self.inside_uid is not None:
            _enter_namespace(self.inside_uid)

    @property
    def owner_uid(self) -> int:
        """Whom the files must belong to, as seen from outside."""
        return os.geteuid() if self.system_user is None else pwd.getpwnam(self.system_user).pw_uid


def unprivileged_identity() -> Identity:
    """Ourselves when PostgreSQL accepts us, else renamed in a user namespace, else a system user.

    Raises IdentityRefused where none of the three can be had.
    """
    if os.geteuid() != 0 and _has_account(os.geteuid()):
        return Identity()
    if namespaces_allowed():
        return Identity(inside_uid=_some_account())
    if os.geteuid() != 0:
        raise IdentityRefused(
            f"user id {os.geteuid()} has no line in /etc/passwd, which PostgreSQL needs, and user namespaces "
            "are forbidden here: add the user, or set DATABASE_URL to an outside PostgreSQL"
        )
    return Identity(system_user=system_user())


@functools.cache
def namespaces_allowed() -> bool:
    """Whether this kernel or container lets us rename ourselves (Docker's default profile does not)."""
    try:
        subprocess.run(["/bin/true"], preexec_fn=lambda: _enter_namespace(_some_account()), check=True)
    except (subprocess.SubprocessError, OSError):
        return False
    return True


def system_user() -> str:
    """The system user `comptoir`, made on first use. Its own, so that no other daemon can read the data."""
    try:
        pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        _add_system_user()
    return _SYSTEM_USER


def _add_system_user() -> None:
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _SYSTEM_USER]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise IdentityRefused(
            "PostgreSQL refuses to run as root, user namespaces are forbidden here and no system user could be "
            f"made ({error}): run Comptoir as an ordinary user, or set DATABASE_URL to an outside PostgreSQL"
        ) from error


def _has_account(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


@functools.cache
def _some_account() -> int:
    # The kernel shows every unmapped owner as the overflow id, so that one would blur ownership checks.
    ids = sorted(entry.pw_uid for entry in pwd.getpwall())
    return next((uid for uid in ids if uid not in (0, _OVERFLOW_ID)), _OVERFLOW_ID)


def _enter_namespace(inside: int) -> None:
    uid, gid = os.geteuid(), os.getegid()
    if _libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWUSER)")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{inside} {uid} 1")
    _write("/proc/self/gid_map", f"{inside} {gid} 1")


def _write(path: str, text: str) -> None:
    descriptor = os.open(Path(path), os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
