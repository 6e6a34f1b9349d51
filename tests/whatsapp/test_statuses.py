from itertools import permutations

import pytest

from core.whatsapp.statuses import RANKS, UNRANKED, rank_of, supersedes


def shown_after(*told: str, first: str = "accepted") -> str:
    shown = first
    for status in told:
        if supersedes(status, shown):
            shown = status
    return shown


def test_ranks_go_up_from_queued_to_played() -> None:
    order = ["queued", "sending", "uncertain", "accepted", "sent", "delivered", "read", "played"]
    ranks = [rank_of(status) for status in order]
    assert ranks == sorted(set(ranks)) == [-3, -2, -1, 0, 1, 2, 3, 4]


@pytest.mark.parametrize("told", list(permutations(["sent", "delivered", "read", "sent", "read"])))
def test_the_furthest_point_is_shown_in_whatever_order_it_is_told(told: tuple[str, ...]) -> None:
    assert shown_after(*told) == "read"


@pytest.mark.parametrize("told", list(permutations(["sent", "delivered", "read", "failed"])))
def test_a_failure_does_not_hide_a_delivery_in_any_order(told: tuple[str, ...]) -> None:
    assert shown_after(*told) == "read"


@pytest.mark.parametrize("told", list(permutations(["sent", "failed", "failed"])))
def test_a_failure_outweighs_sent_in_any_order(told: tuple[str, ...]) -> None:
    assert shown_after(*told) == "failed"


@pytest.mark.parametrize("shown", ["queued", "sending", "uncertain", "accepted", "sent"])
def test_whatever_has_not_been_delivered_can_fail(shown: str) -> None:
    assert supersedes("failed", shown)


@pytest.mark.parametrize("shown", ["delivered", "read", "played", "failed"])
def test_what_was_delivered_cannot_fail_and_what_failed_does_not_fail_again(shown: str) -> None:
    assert not supersedes("failed", shown)


@pytest.mark.parametrize("status", RANKS)
def test_the_same_news_twice_changes_nothing(status: str) -> None:
    assert not supersedes(status, status)


@pytest.mark.parametrize("told", ["deleted", "warning", "pondered", ""])
def test_a_status_without_a_rank_is_never_shown(told: str) -> None:
    assert rank_of(told) == UNRANKED
    assert not any(supersedes(told, shown) for shown in RANKS)
