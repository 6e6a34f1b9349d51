"""WhatsApp numbers: listed, connected, examined, changed, removed."""

from typing import Any
from uuid import UUID

from core.auth.access import Permitted
from core.errors import Forbidden, Invalid
from core.http.account_models import (
    AccountChange,
    AccountResource,
    AppById,
    CandidateAccount,
    ConnectedAccount,
    ExaminationResource,
    NewAccount,
    ProfileChange,
    ProfileResource,
    Removal,
    SimulatedAccount,
)
from core.http.language import reading_language
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import AccountBrief, Listing
from core.http.services import services
from core.messaging.numbers import NumberDesk, connect, profile, resources, simulated
from core.messaging.numbers.change import NumberChange, change_number
from core.messaging.numbers.examine import Candidate, examine_candidate, examine_number, refresh_number
from core.messaging.numbers.meta_apps import NewApp
from core.messaging.numbers.remove import remove_number
from core.messaging.numbers.subscription import subscribe
from core.tenancy.accounts import account_resource, account_resources

_READ, _MANAGE = Permitted("conversations.read"), Permitted("accounts.manage")
_TAGS = ("Numbers",)
_ONE = "/accounts/<uuid:account_id>"


def register(api: Api) -> None:
    """Add the routes."""
    _reading(api)
    _connecting(api)
    _changing(api)
    _examining(api)
    _at_meta(api)


def _reading(api: Api) -> None:
    @api.route("GET", "/accounts", _READ, "List numbers", tags=_TAGS,
               responses={200: Listing[AccountResource | AccountBrief]})  # fmt: skip
    async def list_accounts() -> dict[str, Any]:
        """In full for who may manage numbers (accounts.manage), in brief for everybody else."""
        if caller().may("accounts.manage"):
            desk, locale = _desk(), await reading_language()
            return {"items": await resources.full_resources(desk.db, desk.door, _tenant(), locale), "next": None}
        async with services().db.tenant() as connection:
            return {"items": await account_resources(connection), "next": None}

    @api.route("GET", _ONE, _READ, "One number", tags=_TAGS, responses={200: AccountResource})
    async def get_account(account_id: UUID) -> dict[str, Any]:
        """In full or in brief, as in the list."""
        if caller().may("accounts.manage"):
            return await _full(account_id)
        async with services().db.tenant() as connection:
            return await account_resource(connection, account_id)


def _connecting(api: Api) -> None:
    @api.route("POST", "/accounts", _MANAGE, "Connect a number", body=NewAccount, tags=_TAGS, limit="meta",
               responses={201: ConnectedAccount}, problems=[409, 503])  # fmt: skip
    async def post_account(body: NewAccount) -> tuple[dict[str, Any], int]:
        """Meta is asked first; 422 says which of token, number and account does not fit, with `findings` to show."""
        app = body.meta_app
        if body.team is not None:
            _check_sees_all()
        new = connect.NewNumber(
            body.phone_number_id, body.waba_id, body.access_token,
            app.id if isinstance(app, AppById) else NewApp(app.app_secret, app.name or "", app.meta_app_id),
            body.graph_url, body.graph_version, body.team,
        )  # fmt: skip
        operator, locale = caller().may("platform.manage"), await reading_language()
        connected = await connect.connect(_desk(), _tenant(), new, locale, operator=operator)
        return {**await _full(connected.account_id), "verify_token": connected.verify_token}, 201

    @api.route("POST", "/accounts/simulated", _MANAGE, "Make a simulated number", body=SimulatedAccount, tags=_TAGS,
               responses={201: AccountResource}, limit="meta", problems=[409, 503])  # fmt: skip
    async def post_simulated_account(body: SimulatedAccount) -> tuple[dict[str, Any], int]:
        """It lives in the sandbox, with an app of its own. Not in production."""
        return await _full(await simulated.create_simulated(_desk(), _tenant(), body.name)), 201


def _changing(api: Api) -> None:
    @api.route("PATCH", _ONE, _MANAGE, "Change a number", body=AccountChange, tags=_TAGS, limit="meta",
               responses={200: AccountResource}, problems=[503])  # fmt: skip
    async def patch_account(account_id: UUID, body: AccountChange) -> dict[str, Any]:
        """A new token is tried first; when Meta takes it, it revives the number and what waited goes on."""
        if "team" in body.model_fields_set:
            _check_sees_all()
        change = NumberChange(
            body.access_token, body.graph_url, body.graph_version, body.status,
            moves="team" in body.model_fields_set, team=body.team,
        )  # fmt: skip
        if not body.model_fields_set:
            raise Invalid("Name at least one thing to change.", errors=[{"loc": [], "msg": "nothing to change"}])
        operator, locale = caller().may("platform.manage"), await reading_language()
        await change_number(_desk(), _tenant(), account_id, change, locale, operator=operator)
        return await _full(account_id)

    @api.route("DELETE", _ONE, _MANAGE, "Remove a number", query=Removal, tags=_TAGS,
               responses={204: None, 202: None}, problems=[409])  # fmt: skip
    async def delete_account(account_id: UUID, query: Removal) -> Any:
        """202 while its conversations are being erased; the number is gone from every screen at once."""
        if query.with_ == "conversations":
            _check_sees_all()
        number = await _full(account_id)
        gone = await remove_number(_desk(), _tenant(), account_id, conversations=query.with_ == "conversations")
        if number["simulated"]:
            await simulated.forget_simulated(_desk(), number["phone_number_id"])
        return None if gone else ({}, 202)


def _examining(api: Api) -> None:
    @api.route("POST", "/account-examinations", _MANAGE, "Examine a number before connecting it", tags=_TAGS,
               body=CandidateAccount, responses={200: ExaminationResource}, limit="meta")  # fmt: skip
    async def post_account_examination(body: CandidateAccount) -> dict[str, Any]:
        """Everything is asked at once, 15 s at most. Nothing is kept."""
        candidate = Candidate(body.phone_number_id, body.waba_id, body.access_token, body.app_secret, body.graph_url,
                              body.graph_version)  # fmt: skip
        return await examine_candidate(_desk(), candidate, await reading_language())

    @api.route("POST", _ONE + "/examinations", _MANAGE, "Examine a number", tags=_TAGS, limit="meta",
               responses={200: ExaminationResource}, problems=[409])  # fmt: skip
    async def post_examination(account_id: UUID) -> dict[str, Any]:
        """Token, number, subscription, address, secret, clock, and a signed delivery through our own door. Kept."""
        return await examine_number(_desk(), _tenant(), account_id, await reading_language())

    @api.route("POST", _ONE + "/refreshes", _MANAGE, "Ask Meta again about a number", tags=_TAGS, limit="meta",
               responses={200: AccountResource}, problems=[409, 503])  # fmt: skip
    async def post_refresh(account_id: UUID) -> dict[str, Any]:
        """Its name, quality, limits and profile as Meta has them now."""
        await refresh_number(_desk(), _tenant(), account_id)
        return await _full(account_id)


def _at_meta(api: Api) -> None:
    @api.route("PUT", _ONE + "/subscription", _MANAGE, "Subscribe to a number's deliveries", tags=_TAGS, limit="meta",
               responses={204: None}, problems=[409, 503])  # fmt: skip
    async def put_subscription(account_id: UUID) -> None:
        """Our app hears of the account. Where its deliveries would go elsewhere, this number's alone come to us."""
        await subscribe(_desk(), _tenant(), account_id)

    @api.route("GET", _ONE + "/profile", _MANAGE, "A number's business profile", tags=_TAGS, limit="meta",
               responses={200: ProfileResource}, problems=[409, 503])  # fmt: skip
    async def get_profile(account_id: UUID) -> dict[str, Any]:
        """As Meta has it now."""
        return await profile.get_profile(_desk(), _tenant(), account_id)

    @api.route("PATCH", _ONE + "/profile", _MANAGE, "Change a number's business profile", tags=_TAGS, limit="meta",
               body=ProfileChange, responses={200: ProfileResource}, problems=[409, 503])  # fmt: skip
    async def patch_profile(account_id: UUID, body: ProfileChange) -> dict[str, Any]:
        changes = body.model_dump(exclude_none=True)
        if not changes:
            raise Invalid("Name at least one thing to change.", errors=[{"loc": [], "msg": "nothing to change"}])
        return await profile.change_profile(_desk(), _tenant(), account_id, changes)


def _check_sees_all() -> None:
    """Who takes a number's conversations for a team, or away, must see them: else a team would be a way to see more."""
    if caller().sees != "all":
        raise Forbidden("That concerns conversations that you do not see: ask somebody who sees all of them.")


def _desk() -> NumberDesk:
    return services().numbers


def _tenant() -> UUID:
    return caller().tenant_id


async def _full(account_id: UUID) -> dict[str, Any]:
    desk, locale = _desk(), await reading_language()
    return await resources.full_resource(desk.db, desk.door, _tenant(), account_id, locale)
