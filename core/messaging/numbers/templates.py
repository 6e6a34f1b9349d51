"""A number's templates read from Meta while somebody waits for them."""

from uuid import UUID

from core.messaging.numbers.asking import asked, client_of, number_of
from core.messaging.numbers.desk import NumberDesk
from core.messaging.template_readings import keep_templates


async def read_templates(desk: NumberDesk, tenant_id: UUID, account_id: UUID) -> None:
    """Raises NotFound, Conflict without a token, RefusedByMeta, Unavailable."""
    number = await number_of(desk, tenant_id, account_id)
    told = await asked(desk, number.account, client_of(desk, number.account).templates(number.waba_id))
    await keep_templates(desk.db, tenant_id, number.waba_id, told)
