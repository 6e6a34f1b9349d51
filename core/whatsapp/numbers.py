"""What an administrator asks of Meta about a number: what it is, who hears of it, what its profile says.

Sources: Meta, "Business phone numbers", "Webhook overrides", "Business profiles", Graph API "debug_token".
"""

import email.utils
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from core.egress import EgressError
from core.whatsapp.calls import GraphCalls, GraphRefused, GraphUnreachable, segment
from core.whatsapp.reading import mapping
from core.whatsapp.values import JsonObject

_BASIC: Final = "id,display_phone_number,verified_name,quality_rating"
_FIELDS: Final = (
    _BASIC + ",name_status,status,throughput,platform_type,code_verification_status,account_mode,health_status,"
    "whatsapp_business_manager_messaging_limit,webhook_configuration,is_on_biz_app"
)
_LISTED: Final = "id,display_phone_number,verified_name,quality_rating,status,throughput"
_WABA: Final = "id,name,currency,timezone_id,business_verification_status"
_PROFILE: Final = "about,address,description,email,profile_picture_url,websites,vertical"
_NO_SUCH_FIELD: Final = "nonexisting field"
_BAD_PARAMETER: Final = 100


@dataclass(frozen=True, slots=True)
class Callback:
    """Where webhooks go, and the word that proves it is ours when Meta asks."""

    url: str
    verify_token: str = field(repr=False)


class NumberCalls(GraphCalls):
    """Every call raises GraphError and nothing else."""

    async def token_details(self) -> JsonObject:
        """`debug_token` of our own token: is_valid, app_id, expires_at, scopes, granular_scopes, error."""
        told = mapping((await self._ask("GET", "debug_token", params={"input_token": self._token})).get("data"))
        if told is None:
            raise GraphUnreachable("Meta's answer holds no data of the token", 200)
        return told

    async def number(self, phone_number_id: str) -> JsonObject:
        """Everything this token may know of the number; the basic fields alone where Meta knows no others."""
        path = segment(phone_number_id)
        try:
            return await self._ask("GET", path, params={"fields": _FIELDS})
        except GraphRefused as error:
            # Fields come and go with the Graph version.
            told = error.refused.error
            if told.code != _BAD_PARAMETER or _NO_SUCH_FIELD not in told.details:
                raise
        return await self._ask("GET", path, params={"fields": _BASIC})

    async def waba(self, waba_id: str) -> JsonObject:
        """The WhatsApp Business Account."""
        return await self._ask("GET", segment(waba_id), params={"fields": _WABA})

    async def phone_numbers(self, waba_id: str) -> list[JsonObject]:
        """Every number of the account."""
        return await self._pages(f"{segment(waba_id)}/phone_numbers", _LISTED)

    async def subscribed_apps(self, waba_id: str) -> list[JsonObject]:
        """Who hears of this account: `{whatsapp_business_api_data: {id, name}, override_callback_uri?}`."""
        told = await self._ask("GET", f"{segment(waba_id)}/subscribed_apps")
        data = told.get("data")
        if not isinstance(data, list):
            raise GraphUnreachable("Meta's answer holds no list of apps", 200)
        return [app for app in data if isinstance(app, dict)]

    async def app_subscriptions(self, app_id: str, app_secret: str) -> list[JsonObject]:
        """Which webhook fields the app itself asks for: `{object, callback_url, active, fields: [{name}]}`."""
        as_app = {"Authorization": f"Bearer {app_id}|{app_secret}"}
        told = await self._ask("GET", f"{segment(app_id)}/subscriptions", headers=as_app, proven=False)
        data = told.get("data")
        if not isinstance(data, list):
            raise GraphUnreachable("Meta's answer holds no list of subscriptions", 200)
        return [one for one in data if isinstance(one, dict)]

    async def subscribe(self, waba_id: str, override: Callback | None = None) -> None:
        """Our app hears of this account from now on; without an override, where the app says."""
        await self._call("POST", f"{segment(waba_id)}/subscribed_apps", _override(override) if override else {})

    async def redirect_number(self, phone_number_id: str, override: Callback) -> None:
        """The number's own webhooks go here, whatever the account and the app say."""
        await self._call("POST", segment(phone_number_id), {"webhook_configuration": _override(override)})

    async def profile(self, phone_number_id: str) -> JsonObject:
        """What customers see of the business; an empty field is absent."""
        told = await self._ask(
            "GET", f"{segment(phone_number_id)}/whatsapp_business_profile", params={"fields": _PROFILE}
        )
        data: Any = told.get("data")
        first = mapping(data[0]) if isinstance(data, list) and data else None
        if first is None:
            raise GraphUnreachable("Meta's answer holds no profile", 200)
        return mapping(first.get("business_profile")) or first

    async def change_profile(self, phone_number_id: str, changes: Mapping[str, Any]) -> None:
        """Only the fields given; "" empties one."""
        await self._call("POST", f"{segment(phone_number_id)}/whatsapp_business_profile",
                         {"messaging_product": "whatsapp", **changes})  # fmt: skip

    async def clock(self) -> datetime | None:
        """Meta's clock by the Date of any answer, a second precise; None when it tells none. No token leaves."""
        try:
            answer = await self._egress.request("GET", f"{self._root}/", timeouts=self._timeouts)
        except EgressError as error:
            raise GraphUnreachable(str(error)) from error
        told = answer.headers.get("date")
        try:
            return email.utils.parsedate_to_datetime(told).astimezone(UTC) if told else None
        except ValueError:
            return None


def _override(to: Callback) -> dict[str, str]:
    return {"override_callback_uri": to.url, "verify_token": to.verify_token}
