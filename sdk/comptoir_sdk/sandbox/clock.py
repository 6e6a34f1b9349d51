"""The sandbox's own time: real, but it can be moved forward so that windows close and links expire at once."""

import time


class Clock:
    """Seconds since the epoch, plus whatever a test has added."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        """Unix seconds in the sandbox's time."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Move forward; time never goes back, as Meta's does not."""
        if seconds < 0:
            raise ValueError("the clock only moves forward: give a positive number of seconds")
        self.offset += seconds
