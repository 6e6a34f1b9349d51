from uuid import UUID

from quart import Quart

from core.http.rule import Rule


async def test_an_address_is_written_from_a_rule_of_ours() -> None:
    app = Quart(__name__)
    app.url_rule_class = Rule

    @app.get("/conversations/<uuid:conversation_id>/acts")
    async def acts(conversation_id: UUID) -> str:
        return str(conversation_id)

    identifier = "01a21ab0-a551-77e4-97fa-52bf20fb46ff"
    async with app.test_request_context("/"):
        assert app.url_for("acts", conversation_id=identifier) == f"/conversations/{identifier}/acts"
        assert app.url_for("acts", conversation_id=identifier, limit=2) == f"/conversations/{identifier}/acts?limit=2"
    assert await (await app.test_client().get(f"/conversations/{identifier}/acts")).get_data(as_text=True) == identifier
