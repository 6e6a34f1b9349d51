import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from core.whatsapp.client import GraphClient, GraphRefused, GraphUnreachable
from core.whatsapp.numbers import Callback
from tests.egress.loopback import Received, answering
from tests.whatsapp.test_client import error, graph, saying

HERE = Callback("https://inbox.example/webhooks/whatsapp/atlas", "the word")


async def test_a_token_is_asked_about_itself() -> None:
    async with graph(saying({"data": {"is_valid": True, "app_id": "9"}})) as (client, server):
        assert (await client.token_details())["app_id"] == "9"
    assert server.received[0].target == "/v26.0/debug_token?input_token=the-token"


async def test_a_number_is_asked_for_everything_it_may_tell() -> None:
    async with graph(saying({"id": "111", "status": "CONNECTED"})) as (client, server):
        assert (await client.number("111"))["status"] == "CONNECTED"
    assert "webhook_configuration" in server.received[0].target


async def test_a_version_without_a_field_is_asked_for_the_basic_ones() -> None:
    async def behave(request: Received, writer: asyncio.StreamWriter) -> None:
        unknown = error(100, error_data={"details": "(#100) Tried accessing nonexisting field (webhook_configuration)"})
        await (unknown if "webhook" in request.target else saying({"id": "111"}))(request, writer)

    async with graph(behave) as (client, server):
        assert await client.number("111") == {"id": "111"}
    assert len(server.received) == 2


async def test_another_bad_parameter_is_no_reason_to_ask_again() -> None:
    async with graph(error(100, error_subcode=33)) as (client, server):
        with pytest.raises(GraphRefused) as refused:
            await client.number("111")
    assert refused.value.refused.subcode == 33
    assert len(server.received) == 1


async def test_an_app_is_subscribed_plainly_or_with_an_override() -> None:
    async with graph(saying({"success": True})) as (client, server):
        await client.subscribe("300")
        await client.subscribe("300", HERE)
        await client.redirect_number("111", HERE)
    override = {"override_callback_uri": HERE.url, "verify_token": "the word"}
    assert [json.loads(request.body) for request in server.received] == [
        {}, override, {"webhook_configuration": override}]
    assert [request.target for request in server.received] == [
        "/v26.0/300/subscribed_apps", "/v26.0/300/subscribed_apps", "/v26.0/111"]


async def test_an_app_asks_for_its_own_subscriptions_as_itself() -> None:
    async with graph(saying({"data": [{"object": "whatsapp_business_account"}]}), "app-secret") as (client, server):
        assert len(await client.app_subscriptions("9", "app-secret")) == 1
    request = server.received[0]
    assert (request.target, request.headers["authorization"]) == ("/v26.0/9/subscriptions", "Bearer 9|app-secret")


@pytest.mark.parametrize("told", [{"about": "Open"}, {"business_profile": {"about": "Open"}}])
async def test_a_profile_is_read_in_either_shape(told: dict[str, Any]) -> None:
    async with graph(saying({"data": [told]})) as (client, _):
        assert await client.profile("111") == {"about": "Open"}


async def test_a_profile_is_changed_in_the_fields_given() -> None:
    async with graph(saying({"success": True})) as (client, server):
        await client.change_profile("111", {"about": ""})
    assert json.loads(server.received[0].body) == {"messaging_product": "whatsapp", "about": ""}


async def test_metas_clock_is_read_off_any_answer_without_showing_the_token() -> None:
    date = "Date: Thu, 26 Nov 2026 08:00:07 GMT\r\n"
    async with graph(answering(b"{}", 400, date), "app-secret") as (client, server):
        assert await client.clock() == datetime(2026, 11, 26, 8, 0, 7, tzinfo=UTC)
    assert "authorization" not in server.received[0].headers
    assert server.received[0].target == "/v26.0/"


@pytest.mark.parametrize("header", ["", "Date: yesterday\r\n"])
async def test_a_clock_that_cannot_be_read_is_unknown(header: str) -> None:
    async with graph(answering(b"{}", 200, header)) as (client, _):
        assert await client.clock() is None


async def test_secrets_that_meta_echoes_are_hidden() -> None:
    echo = error(190, 401, error_data={"details": "Malformed access token the-token, app-secret"})
    async with graph(echo, "app-secret") as (client, _):
        with pytest.raises(GraphRefused) as refused:
            await client.waba("300")
        sent = await client.send("111", {})
    assert refused.value.refused.error.details == "Malformed access token [hidden], [hidden]"
    assert "the-token" not in repr(sent)


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": {}}, {"data": []}])
async def test_an_answer_of_another_shape_is_no_answer(body: dict[str, Any]) -> None:
    async def ask(client: GraphClient, what: str) -> None:
        await getattr(client, what)("300")

    async with graph(saying(body)) as (client, _):
        with pytest.raises(GraphUnreachable):
            await ask(client, "profile")
        if not isinstance(body.get("data"), list):
            with pytest.raises(GraphUnreachable):
                await ask(client, "subscribed_apps")
