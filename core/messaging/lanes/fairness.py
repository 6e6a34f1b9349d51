"""Whose turn it is: deficit round robin over tenants, and inside a tenant over its numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace
from uuid import UUID

from core.messaging.lanes.candidates import Candidate


@dataclass(frozen=True, slots=True)
class Room:
    """POSTs at once: of this process, of one tenant, of one number, and of one number's bulk."""

    whole: int
    tenant: int
    number: int
    bulk: int

    @classmethod
    def of(cls, at_once: int, per_number: int) -> "Room":
        """A quarter stays free of any one tenant, and a quarter of a number free of bulk, for who comes later."""
        return cls(at_once, max(at_once * 3 // 4, 1), per_number, max(per_number * 3 // 4, 1))


class Load:
    """What is on its way."""

    def __init__(self) -> None:
        self.tenants: Counter[UUID] = Counter()
        self.numbers: Counter[UUID] = Counter()
        self.bulk: Counter[UUID] = Counter()

    def add(self, candidate: Candidate, count: int = 1) -> None:
        self.tenants[candidate.tenant_id] += count
        self.numbers[candidate.account.id] += count
        self.bulk[candidate.account.id] += count * candidate.bulk

    def copy(self) -> "Load":
        twin = Load()
        twin.tenants, twin.numbers, twin.bulk = Counter(self.tenants), Counter(self.numbers), Counter(self.bulk)
        return twin

    def full(self, room: Room) -> list[UUID]:
        """Numbers with no room for anything."""
        return [account for account, count in self.numbers.items() if count >= room.number]

    def full_of_bulk(self, room: Room) -> list[UUID]:
        return [account for account, count in self.bulk.items() if count >= room.bulk]

    def has_room(self, candidate: Candidate, room: Room) -> bool:
        account = candidate.account.id
        return (self.numbers[account] < room.number and self.tenants[candidate.tenant_id] < room.tenant
                and not (candidate.bulk and self.bulk[account] >= room.bulk))  # fmt: skip


def fairly(candidates: Sequence[Candidate], load: Load, room: Room, free: int) -> list[Candidate]:
    """At most `free` of them. The turn is always of the tenant that has the least on its way: a long queue, or a slow
    number, takes nothing from the others."""
    load, queues = load.copy(), _queues(candidates)
    turns = [(load.tenants[tenant], place, tenant) for place, tenant in enumerate(queues)]
    heapify(turns)
    chosen: list[Candidate] = []
    while turns and len(chosen) < free:
        _, place, tenant = turns[0]
        found = _next(queues[tenant], load, room)
        if found is None:
            heappop(turns)
            continue
        chosen.append(found)
        load.add(found)
        heapreplace(turns, (load.tenants[tenant], place, tenant))
    return chosen


def _queues(candidates: Sequence[Candidate]) -> dict[UUID, list[Candidate]]:
    """For each tenant, its numbers in turn; last first, to be popped."""
    tenants: dict[UUID, dict[UUID, list[Candidate]]] = {}
    for candidate in candidates:
        tenants.setdefault(candidate.tenant_id, {}).setdefault(candidate.account.id, []).append(candidate)
    return {tenant: _in_turn(numbers)[::-1] for tenant, numbers in tenants.items()}


def _in_turn(numbers: Mapping[UUID, list[Candidate]]) -> list[Candidate]:
    longest = max(len(queue) for queue in numbers.values())
    return [queue[turn] for turn in range(longest) for queue in numbers.values() if turn < len(queue)]


def _next(queue: list[Candidate], load: Load, room: Room) -> Candidate | None:
    while queue:
        candidate = queue.pop()
        if load.has_room(candidate, room):
            return candidate
    return None
