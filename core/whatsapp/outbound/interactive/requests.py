"""Asking the customer for something: a place, a number, an address, leave to call. Source: Meta's page of each."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from core.whatsapp.outbound.interactive.parts import LABEL_LIMIT, Body, Header, Interactive
from core.whatsapp.outbound.values import Sent, Shown, Storable, example

LONGEST_CALL_OFFER: Final = 43_200
"""Minutes: 30 days."""
CALL_PAYLOAD_LIMIT: Final = 512


class SendLocation(Sent):
    name: Literal["send_location"] = "send_location"


class LocationRequest(Interactive):
    """A button that sends where the customer is. No header, no footer."""

    model_config = example(type="location_request_message", body={"text": "Où livrer ?"},
                           action={"name": "send_location"})  # fmt: skip

    type: Literal["location_request_message"]
    body: Body
    footer: None = None
    action: SendLocation


class AskContactInfo(Sent):
    name: Literal["request_contact_info"] = "request_contact_info"


class ContactInfoRequest(Interactive):
    """Asks who hides their phone number for it; the answer is a contact card."""

    model_config = example(type="request_contact_info", body={"text": "À quel numéro le livreur peut-il appeler ?"},
                           action={"name": "request_contact_info"})  # fmt: skip

    type: Literal["request_contact_info"]
    body: Body
    action: AskContactInfo


class SavedAddress(Sent):
    id: Annotated[str, Field(min_length=1, max_length=256), Shown]
    value: dict[str, Any]


class AddressParameters(Sent):
    """`country` by its ISO code. India; elsewhere Meta refuses."""

    country: Annotated[str, Field(min_length=2, max_length=2), Shown]
    values: dict[str, Any] | None = None
    saved_addresses: list[SavedAddress] | None = None
    validation_errors: dict[str, str] | None = None


class AddressAction(Sent):
    name: Literal["address_message"] = "address_message"
    parameters: AddressParameters


class AddressMessage(Interactive):
    """A form for a postal address."""

    model_config = example(type="address_message", body={"text": "Where shall we deliver?"},
                           action={"name": "address_message", "parameters": {"country": "IN"}})  # fmt: skip

    type: Literal["address_message"]
    header: Header | None = None
    body: Body
    action: AddressAction


class AskCallPermission(Sent):
    name: Literal["call_permission_request"] = "call_permission_request"


class CallPermissionRequest(Interactive):
    """Asks for leave to call. The number needs calling switched on."""

    model_config = example(type="call_permission_request", body={"text": "Pouvons-nous vous appeler ?"},
                           action={"name": "call_permission_request"})  # fmt: skip

    type: Literal["call_permission_request"]
    action: AskCallPermission


class CallParameters(Sent):
    """The button is good for `ttl_minutes`; `payload` comes back with the call."""

    display_text: Annotated[str, Field(min_length=1, max_length=LABEL_LIMIT), Shown] | None = None
    ttl_minutes: Annotated[int, Field(ge=1, le=LONGEST_CALL_OFFER)] | None = None
    payload: Annotated[str, Field(max_length=CALL_PAYLOAD_LIMIT), Storable] | None = None


class CallAction(Sent):
    name: Literal["voice_call"] = "voice_call"
    parameters: CallParameters | None = None


class VoiceCall(Interactive):
    """A button that calls us. The number needs calling switched on."""

    model_config = example(type="voice_call", body={"text": "Parlez à un conseiller."}, action={
        "name": "voice_call", "parameters": {"display_text": "Appeler", "ttl_minutes": 60}})  # fmt: skip

    type: Literal["voice_call"]
    body: Body
    action: CallAction


class FlowPayload(Sent):
    screen: Annotated[str, Field(min_length=1, max_length=256), Shown]
    data: dict[str, Any] | None = None


class FlowParameters(Sent):
    """`flow_id` or `flow_name`; `flow_action_payload` only with navigate."""

    flow_message_version: Literal["3"] = "3"
    flow_id: Annotated[str, Field(min_length=1, max_length=64), Shown] | None = None
    flow_name: Annotated[str, Field(min_length=1, max_length=200), Shown] | None = None
    flow_token: Annotated[str, Field(min_length=1, max_length=2000), Shown] | None = None
    flow_cta: Annotated[str, Field(min_length=1, max_length=30), Shown]
    flow_action: Literal["navigate", "data_exchange"] | None = None
    flow_action_payload: FlowPayload | None = None
    mode: Literal["draft", "published"] | None = None

    @model_validator(mode="after")
    def _one_flow(self) -> Self:
        if (self.flow_id is None) is (self.flow_name is None):
            raise ValueError("needs exactly one of flow_id and flow_name")
        if self.flow_action_payload is not None and self.flow_action == "data_exchange":
            raise ValueError("has a flow_action_payload, which goes with flow_action navigate alone: remove it")
        return self


class FlowAction(Sent):
    name: Literal["flow"] = "flow"
    parameters: FlowParameters


class FlowMessage(Interactive):
    """A button that opens a form of yours inside WhatsApp."""

    model_config = example(type="flow", body={"text": "Réservez en deux minutes."}, action={
        "name": "flow", "parameters": {"flow_message_version": "3", "flow_id": "1234567890", "flow_cta": "Réserver",
                                       "flow_action": "navigate", "flow_action_payload": {"screen": "DATES"}}})

    type: Literal["flow"]
    header: Header | None = None
    body: Body
    action: FlowAction
