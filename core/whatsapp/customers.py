"""What a number does about its customers at Meta: blocking them, and links by which they begin to write.

Sources: Meta, "Block users", "QR codes and short links".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.egress import EgressError
from core.whatsapp.answers import document, refusal
from core.whatsapp.calls import GraphCalls, GraphUnreachable, encoded, segment, told_of
from core.whatsapp.errors import MetaError
from core.whatsapp.reading import mapping, text
from core.whatsapp.values import JsonObject

MOST_LINKS: Final = 2000
LINK_MESSAGE_LIMIT: Final = 140
_LINK_FIELDS: Final = "code,prefilled_message,deep_link_url"


@dataclass(frozen=True, slots=True)
class Blocking:
    """What became of each, by what was asked for: a phone with its plus, or a user id."""

    done: frozenset[str]
    failed: Mapping[str, MetaError]


class CustomerCalls(GraphCalls):
    """Every call raises GraphError and nothing else."""

    async def block(
        self, phone_number_id: str, users: Sequence[Mapping[str, str]], *, unblock: bool = False
    ) -> Blocking:
        """Each `{"user": phone}` or `{"user_id": BSUID}`. Some may fail and others not: both are told."""
        payload = {"messaging_product": "whatsapp", "block_users": [dict(user) for user in users]}
        try:
            answer = await self._request(
                "DELETE" if unblock else "POST", f"{segment(phone_number_id)}/block_users",
                content=encoded(payload), headers={"Content-Type": "application/json"},
            )  # fmt: skip
        except EgressError as error:
            raise GraphUnreachable(str(error)) from error
        # A partial failure is HTTP 400 with an error beside both lists.
        result = mapping((document(answer.body) or {}).get("block_users"))
        if result is None:
            result = mapping(told_of(answer).get("block_users")) or {}
        return Blocking(frozenset(_inputs(result.get("removed_users" if unblock else "added_users"))),
                        dict(_failures(result.get("failed_users"))))  # fmt: skip

    async def message_links(self, phone_number_id: str) -> list[JsonObject]:
        """`{code, prefilled_message, deep_link_url}` of each."""
        return await self._pages(f"{segment(phone_number_id)}/message_qrdls", _LINK_FIELDS)

    async def message_link(self, phone_number_id: str, code: str) -> JsonObject | None:
        """As `message_links` tells it; None when Meta says nothing of it."""
        path = f"{segment(phone_number_id)}/message_qrdls/{segment(code)}"
        data = (await self._ask("GET", path, params={"fields": _LINK_FIELDS})).get("data")
        return mapping(data[0]) if isinstance(data, list) and data else None

    async def write_message_link(self, phone_number_id: str, message: str, code: str | None = None) -> JsonObject:
        """Makes one, or changes the one of this code."""
        payload = {"prefilled_message": message} | ({"code": code} if code else {"generate_qr_image": "PNG"})
        return await self._call("POST", f"{segment(phone_number_id)}/message_qrdls", payload)

    async def remove_message_link(self, phone_number_id: str, code: str) -> None:
        """Whoever still has the link opens a chat without the words."""
        await self._call("DELETE", f"{segment(phone_number_id)}/message_qrdls/{segment(code)}")


def _inputs(listed: Any) -> list[str]:
    entries = listed if isinstance(listed, list) else []
    found = [text((mapping(entry) or {}).get("input")) for entry in entries]
    return [name for name in found if name]


def _failures(listed: Any) -> list[tuple[str, MetaError]]:
    found = []
    for entry in listed if isinstance(listed, list) else []:
        one = mapping(entry) or {}
        name, errors = text(one.get("input")), one.get("errors")
        first = mapping(errors[0]) if isinstance(errors, list) and errors else None
        if name:
            found.append((name, refusal(400, first or {}, {}).error))
    return found
