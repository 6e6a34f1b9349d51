"""Frames: pages of others beside a conversation or a contact."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from core.auth.access import Permitted
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Listing, Resource
from core.http.services import services
from core.http.text import Line, RequestModel, Text, example
from core.http.webhook_models import Url
from core.outward.frames import Wish

_MANAGE, _SEE, _TAGS = Permitted("settings.manage"), Permitted("conversations.read", person=True), ("Frames",)
_ONE = "/frames/<uuid:frame_id>"
_URL = "https://orders.example.org/comptoir"
Slot = Literal["conversation.detail", "contact.detail"]


class Frame(Resource):
    """`permission` null: whoever sees the slot. Screens that are open show a change after they are loaded again."""

    id: UUID
    title: str = Field(examples=["Orders"])
    url: str = Field(examples=[_URL])
    slot: Slot
    permission: str | None
    enabled: bool
    created_at: datetime
    updated_at: datetime
    version: int


class FrameWithSecret(Frame):
    """`secret` verifies the tokens that its page is given (JWT, HS256). Shown now and never again."""

    secret: str = Field(examples=["frs_0hGmJ0M6yHFYw2ePzv1Jk3g1o5m8oC4b6xk1kYpC5nE"])


class NewFrame(RequestModel):
    model_config = example(title="Orders", url=_URL, slot="conversation.detail")

    title: Line = Field(max_length=80)
    url: Url
    slot: Slot
    permission: Text | None = Field(default=None, max_length=100)


class FrameChange(RequestModel):
    """What is left out, or null, stays as it is; but for `permission`, where null is everybody."""

    model_config = example(enabled=False)

    title: Line | None = Field(default=None, max_length=80)
    url: Url | None = None
    slot: Slot | None = None
    permission: Text | None = Field(default=None, max_length=100)
    enabled: bool | None = None


class About(RequestModel):
    """What the agent looks at. Of a conversation, `contact` may be left out."""

    model_config = example(conversation="0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c11")

    conversation: UUID | None = None
    contact: UUID | None = None


class FrameToken(Resource):
    token: str = Field(examples=["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl"])
    expires_at: datetime


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/frames", _MANAGE, "List frames", responses={200: Listing[Frame]}, tags=_TAGS)
    async def list_frames() -> dict[str, Any]:
        """All of them: there are at most 20."""
        return {"items": await services().frames.list(caller().tenant_id), "next": None}

    @api.route("GET", _ONE, _MANAGE, "One frame", responses={200: Frame}, tags=_TAGS)
    async def get_frame(frame_id: UUID) -> dict[str, Any]:
        return await services().frames.get(caller().tenant_id, frame_id)

    @api.route("POST", "/frames", _MANAGE, "Add a frame", body=NewFrame, responses={201: FrameWithSecret}, tags=_TAGS,
               problems=[409])  # fmt: skip
    async def create_frame(body: NewFrame) -> tuple[dict[str, Any], int]:
        """A page of others, without our origin: it cannot read the screen around it, nor act for the agent."""
        wish = Wish(body.title, body.url, body.slot, body.permission)
        return await services().frames.create(caller().tenant_id, wish), 201

    @api.route("PATCH", _ONE, _MANAGE, "Change a frame", body=FrameChange, responses={200: Frame}, tags=_TAGS)
    async def update_frame(frame_id: UUID, body: FrameChange) -> dict[str, Any]:
        told = {name: getattr(body, name) for name in body.model_fields_set}
        given = {name: value for name, value in told.items() if value is not None or name == "permission"}
        return await services().frames.change(caller().tenant_id, frame_id, given)

    @api.route("DELETE", _ONE, _MANAGE, "Remove a frame", responses={204: None}, tags=_TAGS)
    async def delete_frame(frame_id: UUID) -> None:
        await services().frames.delete(caller().tenant_id, frame_id)

    @api.route("POST", f"{_ONE}/secret", _MANAGE, "Replace a frame's secret", responses={200: FrameWithSecret},
               tags=_TAGS)  # fmt: skip
    async def replace_frame_secret(frame_id: UUID) -> dict[str, Any]:
        """At once: tokens by the old one are worth nothing to whoever knows the new one."""
        return await services().frames.rotate(caller().tenant_id, frame_id)

    @api.route("POST", f"{_ONE}/token", _SEE, "A frame's word about who looks", body=About, responses={200: FrameToken},
               tags=_TAGS, idempotent=False)  # fmt: skip
    async def create_frame_token(frame_id: UUID, body: About) -> dict[str, Any]:
        """For five minutes: a JWT naming organisation, agent, frame, conversation and contact, which the frame's server
        verifies with its secret. 404 for a conversation that you do not see."""
        return await services().frames.token(caller(), frame_id, body.conversation, body.contact)
