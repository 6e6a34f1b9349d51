"""Between the send gate and `filter_outbound`."""

from dataclasses import replace

from comptoir_sdk import Draft

from core.messaging.gate import Outbound, OutboundFilter
from core.plugins.hooks import Hooks


def outbound_filter(hooks: Hooks) -> OutboundFilter:
    """What `core.messaging.gate.submit` takes as `filters`."""

    async def ask(outbound: Outbound) -> Outbound:
        draft = Draft(outbound.message_id, outbound.conversation_id, outbound.type, outbound.body,
                      outbound.author.kind, outbound.author.id, outbound.content)
        left = await hooks.filter_outbound(outbound.tenant_id, draft)
        return replace(outbound, body=left.body, content=left.content)

    return ask
