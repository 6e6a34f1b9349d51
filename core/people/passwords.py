"""A new password, and everything that the old one had opened."""

from uuid import UUID

from core.auth.credentials import end_credentials_of
from core.db.pool import Connection
from core.mail import Mail

# A half-finished login by the old password (its second factor still awaited) is a way in too.
_SPEND = (
    "update login_challenges set used_at = now() where user_id = $1 and used_at is null",
    "update password_resets set used_at = now() where user_id = $1 and used_at is null",
)
_PERSON = """
select u.email, coalesce(u.locale, (
    select t.locale from memberships m join tenants t on t.id = m.tenant_id where m.user_id = u.id
    order by m.created_at limit 1), 'fr') as locale
from users u where u.id = $1
"""


async def replace_password(
    connection: Connection, user_id: UUID, password_hash: str, *, but: UUID | None = None
) -> None:
    """Store it and end every session (`but` one), token family, half-finished login and reset of the person. API keys
    belong to the tenant and stay."""
    await connection.execute(
        "update users set password_hash = $2, password_changed_at = now(), version = version + 1 where id = $1",
        user_id, password_hash,
    )  # fmt: skip
    await end_credentials_of(connection, user_id, "password changed", but=but)
    for statement in _SPEND:
        await connection.execute(statement, user_id)


async def told_by_mail(connection: Connection, mail: Mail, user_id: UUID) -> None:
    """Tell the person: if it was not they, this is how they learn of it."""
    person = await connection.fetchrow(_PERSON, user_id)
    await mail.queue(connection, None, to=person["email"], template="password_changed", locale=person["locale"],
                     values={"email": person["email"]})  # fmt: skip
