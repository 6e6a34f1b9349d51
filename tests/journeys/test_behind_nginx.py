"""What docker-compose.yml and deploy/ describe, started by hand: restarted under load, and nobody notices."""

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
