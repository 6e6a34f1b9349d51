"""What the business may send: every type of POST /{phone_number_id}/messages, with Meta's limits checked before
anything leaves.

    values      what all objects are made of          plain       text, location, reaction, pin
    media       files                                 cards       contacts
    interactive buttons, lists, products, payments …  template    templates; their parameters beside it
    recipient   to whom                               faults      what is wrong, where, and Meta's limit
    message     from JSON to values to Meta's JSON
"""

from core.whatsapp.outbound.faults import Fault, InvalidPayload, faults_of
from core.whatsapp.outbound.message import (
    CAPTIONED,
    MEDIA,
    TYPES,
    Content,
    kept,
    message_payload,
    read_content,
    read_payload,
    text_payload,
    unkept,
    words_of,
)
from core.whatsapp.outbound.plain import TEXT_LIMIT
from core.whatsapp.outbound.recipient import Recipient
from core.whatsapp.outbound.values import Payload

__all__ = [
    "CAPTIONED", "MEDIA", "TEXT_LIMIT", "TYPES", "Content", "Fault", "InvalidPayload", "Payload", "Recipient",
    "faults_of", "kept", "message_payload", "read_content", "read_payload", "text_payload", "unkept", "words_of",
]  # fmt: skip
