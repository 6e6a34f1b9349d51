"""What docker-compose.yml and deploy/ describe, started by hand: restarted and killed under load, nobody notices."""

import asyncio
from collections.abc import Iterator

import pytest

from benchmarks.fleet import PROCESSES, Fleet, fleet
from benchmarks.traffic import Account, account, traffic

_NOTHING = Account(lost=0, doubled=0, sends_lost=0, sends_doubled=0)
_SENDING = {"http_timeout_seconds": 3, "uncertain": {"grace_seconds": 3, "then": "resend"}}


@pytest.fixture(scope="module")
def running() -> Iterator[Fleet]:
    with fleet(_SENDING) as found:
        yield found


@pytest.mark.timeout(900)
async def test_every_process_is_restarted_in_turn_and_no_request_fails(running: Fleet) -> None:
    async with traffic(running, patient=False, per_second=8) as load:
        for name in PROCESSES:
            assert await running.processes[name].roll() == 0, name
    assert load.failures == []
    assert await account(load) == _NOTHING
    assert (load.gaps, load.connections > 1) == (0, True)
    assert min(load.asked.values()) > 10, load.asked


@pytest.mark.timeout(900)
async def test_every_process_is_killed_in_turn_and_nothing_is_lost_or_doubled(running: Fleet) -> None:
    async with traffic(running, patient=True, per_second=8) as load:
        for name in PROCESSES:
            await asyncio.sleep(0.3)
            await running.processes[name].kill()
    assert [told for told in load.failures if "never reached" in told] == []
    assert await account(load) == _NOTHING
    assert load.gaps == 0
