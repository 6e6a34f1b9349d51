"""The access token of a number is dead: the number stops sending, and everybody concerned hears of it, once.

What waits in its queue stays; what customers write still arrives. A new token revives it.
"""

from typing import Final

from core import audit
from core.db.pool import Connection
from core.events import outbox
from core.mail import Mail
from core.messaging.accounts import Account
from core.messaging.caretakers import write_to_caretakers
from core.messaging.send_errors import from_refusal
from core.whatsapp.outcomes import Refused

# Of several calls that hear of it at once, one stops the number. A token that was replaced meanwhile stays alive.
_STOP: Final = """
update accounts set status = 'token_dead', token_died_at = now(), token_error = $4, updated_at = now(),
    version = version + 1
where tenant_id = $1 and id = $2 and status = 'connected' and access_token_sealed = $3 returning id
"""
_RESOURCE: Final = "select resource from account_resources where tenant_id = $1 and id = $2"

async def stop_number(connection: Connection, mail: Mail, account: Account, refused: Refused) -> bool:
    """In the caller's transaction, by the system role. False when it had stopped already, or has a new token."""
    error = from_refusal(refused)
    stopped = await connection.fetchval(_STOP, account.tenant_id, account.id, account.access_token_sealed, error)
    if stopped is None:
        return False
    resource = await connection.fetchval(_RESOURCE, account.tenant_id, account.id)
    told = {"account_id": str(account.id), "account": resource, "error": error}
    await outbox.append(connection, account.tenant_id, "account.token_dead", told)
    await write_to_caretakers(connection, mail, account.tenant_id, "token_dead", resource["display_phone_number"],
                              refused.error.code)  # fmt: skip
    await audit.record_for(connection, account.tenant_id, "account.token_died", "account", account.id,
                           {"status": ["connected", "token_dead"], "code": [None, refused.error.code]})  # fmt: skip
    return True
