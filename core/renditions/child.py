"""The child: takes its limits before it imports a decoder, reads stdin, writes facts and bytes to stdout, ends.

    python -m core.renditions.child TASK MIME_TYPE LARGEST MEMORY SECONDS FILE_SIZE
"""

import ctypes
import json
import resource
import signal
import sys
from typing import Any

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


def _limit(memory: int, seconds: int, file_size: int) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, memory), (resource.RLIMIT_DATA, memory), (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, file_size), (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    if sys.platform == "linux":  # it must not outlive whoever waits for it
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _make(task: str, mime_type: str, largest: int, source: Any) -> tuple[dict[str, Any], bytes]:
    if task in ("picture", "image", "sticker"):
        from core.renditions import pictures

        if task == "sticker":
            return pictures.look(source, mime_type), b""
        if task == "picture":
            return pictures.thumbnail(source, mime_type)
        return pictures.as_sent(source, mime_type, largest)
    from core.renditions import sounds, videos

    if task == "video":
        return videos.thumbnail(source, mime_type)
    return sounds.wave(source, mime_type) if task == "sound" else sounds.voice(source, mime_type, largest)


def main() -> None:
    task, mime_type, largest, *limits = sys.argv[1:]
    _limit(*map(int, limits))
    source = open(0, "rb", buffering=0, closefd=False)  # noqa: SIM115 - the process ends with it
    try:
        facts, data = _make(task, mime_type, int(largest), source)
    except MemoryError:
        facts, data = {"error": "it needs more memory than it may have"}, b""
    except Exception as error:  # whatever a decoder raises: the file is to blame
        facts, data = {"error": f"{type(error).__name__}: {error}"[:200]}, b""
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + data)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
