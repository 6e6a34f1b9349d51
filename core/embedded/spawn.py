"""Start a child that cannot outlive its parent."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_LOG_BYTES = 20 * 1024 * 1024

Step = Callable[[], None]


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    death_signal: signal.Signals = signal.SIGKILL,
    env: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
    before_exec: Step | None = None,
    user: str | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, its output appended to `log`.

    The kernel sends `death_signal` when the *thread* that called this ends, so call it from the main
    thread. The default leaves no time: a child that says goodbye slowly would hold its port against the
    next start, and our own programs lose nothing by being killed. A session of its own keeps Ctrl-C at
    the terminal for the parent, which stops in order.
    """
    parent = os.getpid()

    def prepare() -> None:
        if before_exec is not None:
            before_exec()
        _die_with(parent, death_signal)

    with open_log(log) as output:
        return subprocess.Popen(  # noqa: S603
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(os.environ if env is None else env),
            pass_fds=tuple(pass_fds),
            preexec_fn=prepare,
            start_new_session=True,
            user=user,
            group=None if user is None else _group_of(user),
            extra_groups=None if user is None else [],
            umask=0o077,
        )


def open_log(path: Path) -> _Log:
    """Open a log for appending, readable by its owner only; an overgrown one is set aside first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    return _Log(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600))


class _Log:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor

    def __enter__(self) -> int:
        return self._descriptor

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def _die_with(parent: int, death_signal: signal.Signals) -> None:
    if _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    # The parent may have died between fork and prctl; nothing would ever tell us then.
    if os.getppid() != parent:
        os._exit(1)


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid
