"""How much time plugins take, by call: added up in memory, written down now and then."""

from dataclasses import dataclass


@dataclass
class Spent:
    calls: int = 0
    failures: int = 0
    seconds: float = 0.0
    longest: float = 0.0


class Spending:
    """Of one process. Seconds are the clock's: waiting counts."""

    def __init__(self) -> None:
        self._spent: dict[tuple[str, str], Spent] = {}

    def add(self, plugin: str, call: str, seconds: float, *, failed: bool) -> None:
        spent = self._spent.get((plugin, call))
        if spent is None:
            spent = self._spent[plugin, call] = Spent()
        spent.calls += 1
        spent.failures += failed
        spent.seconds += seconds
        spent.longest = max(spent.longest, seconds)

    def take(self) -> list[tuple[str, str, Spent]]:
        """What was spent since the last time."""
        found = [(plugin, call, spent) for (plugin, call), spent in self._spent.items()]
        self._spent = {}
        return found

    def give_back(self, taken: list[tuple[str, str, Spent]]) -> None:
        """It could not be written."""
        for plugin, call, one in taken:
            now = self._spent.setdefault((plugin, call), Spent())
            now.calls, now.failures = now.calls + one.calls, now.failures + one.failures
            now.seconds, now.longest = now.seconds + one.seconds, max(now.longest, one.longest)
