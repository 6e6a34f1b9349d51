"""What was good once or for a while is kept a little longer than it is good, and then forgotten."""

from datetime import datetime, timedelta
from typing import Final

from core.db.pool import Connection
from core.jobs.cron import Cron
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, Run

JOB: Final = "forget_logins"
ENDED_KEPT: Final = timedelta(days=30)
"""Sessions, token families and password resets: for whoever asks how somebody came in. The audit log remembers."""
INVITATIONS_KEPT: Final = timedelta(days=180)
"""Those that nobody accepted: an address without an account has no business here for longer."""
CHALLENGES_KEPT: Final = timedelta(days=1, minutes=5)
"""Wrong answers are counted over a day (core.auth.second_factor)."""

# Used refresh tokens stay while their family lives: by them a copied one is known.
_FORGET: Final = (
    ("delete from login_challenges where created_at < now() - $1::interval", CHALLENGES_KEPT),
    ("delete from login_challenges where expires_at < now() - $1::interval and purpose <> 'second_factor'",
     timedelta(minutes=5)),
    ("delete from password_resets where least(used_at, expires_at) < now() - $1::interval", ENDED_KEPT),
    ("delete from sessions where least(revoked_at, expires_at) < now() - $1::interval", ENDED_KEPT),
    ("delete from token_families where least(revoked_at, expires_at) < now() - $1::interval", ENDED_KEPT),
    ("delete from invitations where accepted_at is null and expires_at < now() - $1::interval", INVITATIONS_KEPT),
)


async def forget(run: Run) -> None:
    """Delete what is older than it is kept."""
    assert run.connection is not None  # noqa: S101 - atomic
    for statement, kept in _FORGET:
        await run.connection.execute(statement, kept)


async def _fire(connection: Connection, _due: datetime) -> None:
    await enqueue(connection, None, CORE, JOB, {}, key="cron")


FORGET_LOGINS_HANDLER = Handler(CORE, JOB, forget, timeout=300, atomic=True)
FORGET_LOGINS_CRON = Cron(f"{CORE}.{JOB}", "47 * * * *", _fire)
