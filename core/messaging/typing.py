"""The dots that say "typing": told to Meta together with the blue ticks, which it takes as one.

Nothing is kept: late dots are worth nothing, so Meta is asked at once, for a few seconds at most.
"""

import asyncio
from typing import Final
from uuid import UUID

from core.errors import Invalid, NotFound, Unavailable
from core.messaging.clock import Clock, utc_now
from core.messaging.numbers.asking import asked, client_of, number_of
from core.messaging.numbers.desk import NumberDesk
from core.messaging.window import refuse_closed_window

SECONDS: Final = 5.0
_CONVERSATION: Final = """
select v.account_id, v.last_inbound_at, v.last_inbound_wamid, a.status from conversations v
join accounts a on a.tenant_id = v.tenant_id and a.id = v.account_id where v.id = $1
"""


async def show_typing(desk: NumberDesk, tenant_id: UUID, conversation_id: UUID, clock: Clock = utc_now) -> None:
    """For 25 seconds, or until an answer is sent. It also marks what the customer wrote as read.

    Raises NotFound, WindowClosed, Invalid, Unavailable, RefusedByMeta.
    """
    async with desk.db.tenant() as connection:
        place = await connection.fetchrow(_CONVERSATION, conversation_id)
    if place is None:
        raise NotFound("There is no such conversation.")
    refuse_closed_window(place["last_inbound_at"], clock())
    if place["last_inbound_wamid"] is None:
        raise Invalid("WhatsApp shows that somebody types only under a message of the customer's: there is none.")
    if place["status"] != "connected":
        raise Unavailable("The number cannot send: an administrator must look after it in the settings.")
    account = (await number_of(desk, tenant_id, place["account_id"])).account
    try:
        async with asyncio.timeout(SECONDS):
            told = client_of(desk, account).mark_read(account.phone_number_id, place["last_inbound_wamid"], typing=True)
            await asked(desk, account, told)
    except TimeoutError:
        raise Unavailable("Meta did not answer in time: the customer may see nothing of it.") from None
