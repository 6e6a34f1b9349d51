"""The app's secret and the machine's clock: both must agree with Meta's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from core.messaging.doctor.finding import Finding
from core.messaging.doctor.no_word import no_word, proof_refused
from core.messaging.doctor.reply import NoWord, Reply

MOST_SKEW_SECONDS: Final = 60


def judge_secrets(told: Sequence[Reply[object]]) -> Finding:
    """One reply for each of the app's secrets, to a call that was proved with it."""
    if not told:
        return Finding("app_secret", "failed", "app_secret.none")
    refused = [reply for reply in told if _wrong(reply)]
    open_questions = [reply for reply in told if isinstance(reply, NoWord) and not _wrong(reply)]
    if len(refused) == len(told):
        return Finding("app_secret", "failed", "app_secret.wrong" if len(told) == 1 else "app_secret.all_wrong")
    if len(open_questions) + len(refused) == len(told):
        return no_word("app_secret", open_questions[0])
    if refused:
        return Finding("app_secret", "ok", "app_secret.rotating", {"wrong": str(len(refused))})
    return Finding("app_secret", "ok", "app_secret.ok")


def _wrong(reply: Reply[object]) -> bool:
    return isinstance(reply, NoWord) and reply.refused is not None and proof_refused(reply.refused)


def judge_clock(told: Reply[datetime | None], ours: datetime) -> Finding:
    """`ours` is this machine's clock when Meta read its own."""
    if isinstance(told, NoWord):
        return no_word("clock", told)
    if told.value is None:
        return Finding("clock", "unknown", "clock.not_told")
    ahead = round((ours - told.value).total_seconds())
    if abs(ahead) <= MOST_SKEW_SECONDS:
        return Finding("clock", "ok", "clock.ok", {"seconds": str(abs(ahead))})
    return Finding("clock", "failed", "clock.ahead" if ahead > 0 else "clock.behind", {"seconds": str(abs(ahead))})
