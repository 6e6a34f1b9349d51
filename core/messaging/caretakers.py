"""Those who look after an organisation's numbers, and what is written to them when one cannot send."""

from typing import Final
from uuid import UUID

from core.db.pool import Connection
from core.mail import Mail, Template
from core.whatsapp.errors import explain

_CARETAKERS: Final = """
select u.email, coalesce(u.locale, t.locale) as locale, t.name as tenant
from memberships m join users u on u.id = m.user_id join tenants t on t.id = m.tenant_id
where m.tenant_id = $1 and m.role in ('owner', 'admin') and u.disabled_at is null order by u.id
"""


async def write_to_caretakers(
    connection: Connection, mail: Mail, tenant_id: UUID, template: Template, number: str, code: int | None
) -> None:
    """In the caller's transaction, by the system role: each in their own language, with Meta's reason."""
    for person in await connection.fetch(_CARETAKERS, tenant_id):
        reason = explain(code, locale=person["locale"]).title
        await mail.queue(
            connection, tenant_id, to=person["email"], template=template, locale=person["locale"],
            values={"number": f"+{number}", "tenant": person["tenant"], "reason": reason},
        )  # fmt: skip
