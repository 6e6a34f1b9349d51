"""Calls, groups, flows, payments, and what a phone's WhatsApp Business app hands over."""

from dataclasses import dataclass
from datetime import datetime

from comptoir_sdk.webhooks.told import Told, each_at, moment_at, number_at, text_at


@dataclass(frozen=True)
class Call(Told):
    """`calls`: a call began, ended, rang, was refused, or was recorded. `event` is Meta's word, or `status`."""

    call_id: str | None = text_at("id")
    event: str | None = text_at("event", "type")
    status: str | None = text_at("status")
    direction: str | None = text_at("direction")
    phone: str | None = text_at("from", "recipient_id")
    to: str | None = text_at("to")
    bsuid: str | None = text_at("from_user_id", "to_user_id", "recipient_user_id")
    at: datetime | None = moment_at("timestamp")
    started_at: datetime | None = moment_at("start_time")
    ended_at: datetime | None = moment_at("end_time")
    seconds: float | int | None = number_at("duration")
    sdp_type: str | None = text_at("session.sdp_type")
    sdp: str | None = text_at("session.sdp")
    callback_data: str | None = text_at("biz_opaque_callback_data")
    recording_media_id: str | None = text_at("call_recording.audio.id")
    transcript_media_id: str | None = text_at("call_transcript.document.id")


@dataclass(frozen=True)
class Participant(Told):
    """Somebody who joined or left a group."""

    phone: str | None = text_at("wa_id", "input")
    bsuid: str | None = text_at("user_id")
    username: str | None = text_at("username")


@dataclass(frozen=True)
class GroupNews(Told):
    """The `group_…_update` fields: a group was made, renamed, suspended; people joined or left."""

    group_id: str | None = text_at("group_id")
    kind: str | None = text_at("type")
    request_id: str | None = text_at("request_id")
    subject: str | None = text_at("subject", "group_subject.text")
    description: str | None = text_at("description", "group_description.text")
    invite_link: str | None = text_at("invite_link")
    join_approval_mode: str | None = text_at("join_approval_mode")
    reason: str | None = text_at("reason")
    added: tuple[Participant, ...] = each_at("added_participants", Participant.of)
    removed: tuple[Participant, ...] = each_at("removed_participants", Participant.of)
    at: datetime | None = moment_at("timestamp")


@dataclass(frozen=True)
class Handover(Told):
    """`messaging_handovers`: who answers a customer now, an app or Meta's own agent (`ai_agent`). `kind` is
    `control_passed` or `control_taken`, as Meta has it; `note` is what the former one left, `summary` Meta's own."""

    kind: str | None = text_at("type")
    phone: str | None = text_at("sender.phone_number")
    bsuid: str | None = text_at("sender.user_id")
    previous_role: str | None = text_at("control_passed.previous_owner_role", "control_taken.previous_owner_role")
    previous_app_role: str | None = text_at("control_passed.previous_owner_app_role")
    previous_app_id: str | None = text_at("control_passed.previous_owner_app_id", "control_taken.previous_owner_app_id")
    role: str | None = text_at("control_passed.new_owner_role", "control_taken.new_owner_role")
    app_id: str | None = text_at("control_passed.new_owner_app_id", "control_taken.new_owner_app_id")
    note: str | None = text_at("control_passed.metadata", "control_taken.metadata")
    summary: str | None = text_at("control_passed.conversation_context.summary.text")
    at: datetime | None = moment_at("timestamp")


@dataclass(frozen=True)
class FlowNews(Told):
    """`flows`: a flow changed its status, or its endpoint errs, is slow or away."""

    event: str | None = text_at("event")
    flow_id: str | None = text_at("flow_id")
    status: str | None = text_at("new_status")
    previous: str | None = text_at("old_status")
    message: str | None = text_at("message", "warning")
    alert_state: str | None = text_at("alert_state")
    error_rate: float | int | None = number_at("error_rate")
    threshold: float | int | None = number_at("threshold")
    p50_latency: float | int | None = number_at("p50_latency")
    p90_latency: float | int | None = number_at("p90_latency")
    requests: float | int | None = number_at("requests_count")
    availability: float | int | None = number_at("availability")


@dataclass(frozen=True)
class Payment(Told):
    """A payment that an order message asked for: captured, pending or failed."""

    wamid: str | None = text_at("id")
    status: str | None = text_at("status")
    reference_id: str | None = text_at("payment.reference_id")
    amount: float | int | None = number_at("payment.amount.value", "payment.amount")
    currency: str | None = text_at("payment.currency")
    transaction_id: str | None = text_at("payment.transaction.id")
    at: datetime | None = moment_at("timestamp")


@dataclass(frozen=True)
class HistorySync(Told):
    """`history`: a part of the past of a phone's app was stored, or (`error_code`) its owner declined to share it."""

    phase: float | int | None = number_at("metadata.phase")
    chunk: float | int | None = number_at("metadata.chunk_order")
    progress: float | int | None = number_at("metadata.progress")
    messages: float | int | None = number_at("messages")
    error_code: float | int | None = number_at("error.code")
    error: str | None = text_at("error.title", "error.message")
