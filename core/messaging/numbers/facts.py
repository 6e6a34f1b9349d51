"""What Meta answered about a number, onto its row."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection
from core.events import outbox
from core.messaging.numbers.desk import account_told
from core.whatsapp.reading import mapping, text
from core.whatsapp.values import JsonObject

COLUMNS: Final = ("display_phone_number", "verified_name", "name_status", "quality_rating", "messaging_limit",
                  "throughput_level", "meta_status")  # fmt: skip
_LONGEST: Final = 256

_BEFORE: Final = f"""select {", ".join(COLUMNS)}, profile from accounts
where tenant_id = $1 and id = $2 for no key update"""  # noqa: S608 - constants
_SAVE: Final = """update accounts set display_phone_number = $3, verified_name = $4, name_status = $5,
    quality_rating = $6, messaging_limit = $7, throughput_level = $8, meta_status = $9, profile = $10,
    looked_at = coalesce($11, looked_at),
    updated_at = case when $12 then now() else updated_at end, version = version + $12::boolean::integer
where tenant_id = $1 and id = $2"""


def facts_of(number: JsonObject) -> dict[str, str]:
    """The columns that Meta's answer settles; one that it left out is absent."""
    limit = number.get("whatsapp_business_manager_messaging_limit", number.get("messaging_limit_tier"))
    found = {
        "display_phone_number": digits(text(number.get("display_phone_number"))),
        "verified_name": text(number.get("verified_name")),
        "name_status": text(number.get("name_status")),
        "quality_rating": text(number.get("quality_rating")),
        "messaging_limit": text(limit),
        "throughput_level": _throughput(number),
        "meta_status": text(number.get("status")),
    }
    return {column: told[:_LONGEST] for column, told in found.items() if told}


def _throughput(number: JsonObject) -> str | None:
    """A number that is also in the WhatsApp Business app is allowed the least, whatever its level says."""
    if number.get("is_on_biz_app") is True:
        return "COEXISTENCE"
    return text((mapping(number.get("throughput")) or {}).get("level"))


def digits(number: str | None) -> str:
    """A phone number as it is kept."""
    return "".join(digit for digit in number or "" if digit.isascii() and digit.isdigit())


async def save_facts(
    connection: Connection, tenant_id: UUID, account_id: UUID, facts: dict[str, str], asked_at: datetime | None,
    profile: JsonObject | None = None, *, tell: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """In the caller's transaction, by the system role: what changed, as `{column: [before, after]}`, and told.

    `asked_at` is when Meta was asked for the facts, None when it was not: webhooks of before then say nothing new.
    """
    row = await connection.fetchrow(_BEFORE, tenant_id, account_id)
    if row is None:
        return {}
    before = dict(row)
    after = before | facts | ({"profile": profile} if profile is not None else {})
    changed = {column: [before[column], after[column]] for column in before if before[column] != after[column]}
    values = [after[column] for column in (*COLUMNS, "profile")]
    await connection.execute(_SAVE, tenant_id, account_id, *values, asked_at, bool(changed))
    if changed and tell:
        told = {"account": await account_told(connection, tenant_id, account_id), "changed": changed}
        await outbox.append(connection, tenant_id, "account.updated", told)
    return changed
