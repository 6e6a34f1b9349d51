"""A message's way is told in the order in which it was gone, whatever the clocks on it can tell."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.messaging.deliveries.explain import _order

_SECOND = datetime(2026, 11, 26, 10, 28, 57, tzinfo=UTC)


@pytest.mark.parametrize(("outbound", "told"), [(True, ["written", "attempt", "status"]),
                                                (False, ["status", "written", "attempt"])])
def test_metas_seconds_do_not_put_an_answer_before_its_writing(outbound: bool, told: list[str]) -> None:
    steps: list[dict[str, Any]] = [
        {"stage": "status", "at": _SECOND, "seq": None},
        {"stage": "attempt", "at": _SECOND.replace(microsecond=600_000), "seq": None},
        {"stage": "written", "at": _SECOND.replace(microsecond=500_000), "seq": None},
        {"stage": "plugin", "at": None, "seq": 1},
    ]
    steps.sort(key=lambda step: _order(step, outbound))
    assert [step["stage"] for step in steps] == [*told, "plugin"]
