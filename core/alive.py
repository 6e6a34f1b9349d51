"""python -m core.alive: exit status 0 when the process of this container answers /healthz, whichever it is."""

import http.client
import os
import sys

_OFFSETS = (0, 1, 5)  # web, receiver, worker: a container runs one of them


def main() -> int:
    base = int(os.environ.get("COMPTOIR_PORT") or 8600)
    return 0 if any(_answers(base + offset) for offset in _OFFSETS) else 1


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
