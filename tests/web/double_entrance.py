"""The entrance's half of the stand-in: who may come in, by which door, and what the first steps find."""

from typing import TYPE_CHECKING, Any

from quart import Quart, request

from core.web import Installation

if TYPE_CHECKING:
    from .double import Double

Answer = Any
INVITED = "salma@atlas.test"
FINDINGS: list[dict[str, Any]] = [
    {"check": "token", "state": "ok", "title": "The token is valid", "detail": "It never expires.", "cure": None,
     "act": None},
    {"check": "number", "state": "warning", "title": "The quality is low", "detail": "Meta says YELLOW.",
     "cure": "Write less often to people who do not answer.", "act": None},
    {"check": "subscribed", "state": "failed", "title": "Our app does not listen", "detail": "Nothing would arrive.",
     "cure": "Subscribe the app to the account.", "act": "subscribe"},
    {"check": "clock", "state": "unknown", "title": "The clock", "detail": "Meta gave no date.", "cure": None,
     "act": None},
]  # fmt: skip


class Entrance:
    """`new` until somebody registers. `factors`: what a login asks for after the password."""

    def __init__(self, double: "Double") -> None:
        self.double = double
        self.new = False
        self.registration: Any = "open"
        self.code_needed = False
        self.simulated = True
        self.demo_login: dict[str, str] | None = None
        self.factors: list[str] = []
        self.known = False
        self.subscribed = False
        self.heard: list[tuple[str, dict[str, Any]]] = []

    def installation(self) -> Installation:
        return Installation(
            new=self.new, registration="first" if self.new else self.registration, code_needed=self.code_needed,
            simulated=self.simulated, demo_login=self.demo_login,
        )  # fmt: skip

    def register(self, app: Quart) -> None:
        views = {
            "/registrations": self.registrations, "/password-resets": self.resets,
            "/password-resets/redemptions": self.redemptions, "/invitations/lookups": self.lookups,
            "/invitations/acceptances": self.acceptances, "/session/second-factor": self.second_factor,
            "/session/passkey-options": self.passkey_options, "/session/passkey": self.passkey,
            "/accounts/simulated": self.simulated_account, "/account-examinations": self.examinations,
            "/accounts": self.accounts, "/accounts/acc/examinations": self.examinations,
        }  # fmt: skip
        for rule, view in views.items():
            app.add_url_rule(f"/api/v1{rule}", f"entrance_{view.__name__}_{len(rule)}", view, methods=["POST"])
        app.add_url_rule("/api/v1/accounts/acc/subscription", "subscription", self.subscription, methods=["PUT"])

    async def body(self) -> dict[str, Any]:
        given: dict[str, Any] = await request.get_json()
        self.heard.append((request.path.removeprefix("/api/v1"), given))
        return given

    async def registrations(self) -> Answer:
        given = await self.body()
        if self.code_needed and given.get("setup_code") != "AAAA-BBBB":
            return problem(403, "forbidden", "The setup code is missing or wrong.")
        if given["password"] == "password":
            return problem(422, "invalid", "No.", errors=[{"loc": ["password"], "msg": "is too common"}])
        if given["tenant"].get("name") == "Atlas":
            return problem(409, "conflict", "Taken.", errors=[{"loc": ["tenant", "slug"], "msg": "is taken"}])
        self.new, self.double.signed_in = False, True
        return logged_in(), 201

    async def resets(self) -> Answer:
        await self.body()
        return {}, 202

    async def redemptions(self) -> Answer:
        given = await self.body()
        return ("", 204) if given["token"] == "good" else problem(410, "spent-link", "Spent.")

    async def lookups(self) -> Answer:
        given = await self.body()
        if given["token"] != "good":
            return problem(410, "spent-link", "Spent.")
        tenant = {"name": "متجر الأطلس", "hue": 40, "locale": "ar"}
        return {"tenant": tenant, "email": INVITED, "role_name": "Agent", "known": self.known}

    async def acceptances(self) -> Answer:
        given = await self.body()
        if self.known and given.get("password") != "right":
            return problem(401, "unauthenticated", "No.")
        return self.let_in()

    def let_in(self) -> Answer:
        """After the password: in, or one more question."""
        if self.factors:
            return problem(401, "second-factor", "One more.", challenge="c1", methods=self.factors)
        self.double.signed_in = True
        return logged_in()

    async def second_factor(self) -> Answer:
        given = await self.body()
        if given.get("code") == "123456" or given.get("recovery_code") == "aaaa-bbbb":
            self.double.signed_in = True
            return logged_in()
        if given.get("code") == "000000":
            return problem(401, "unauthenticated", "Too many tries.")
        return problem(401, "second-factor", "Wrong.", tries_left=4)

    async def passkey_options(self) -> Answer:
        await self.body()
        options = {"challenge": "AAAA", "rpId": request.host.split(":")[0], "userVerification": "required",
                   "allowCredentials": []}  # fmt: skip
        return {"challenge": "c2", "options": options}

    async def passkey(self) -> Answer:
        await self.body()
        self.double.signed_in = True
        return logged_in()

    async def simulated_account(self) -> Answer:
        if self.double.office.accounts:  # the settings' pages have their own
            return await self.double.office.make_simulated()
        await self.body()
        return account(simulated=True, graph_url="http://127.0.0.1:8602"), 201

    async def accounts(self) -> Answer:
        if self.double.office.accounts:  # the settings' pages have their own
            return await self.double.office.list_accounts()
        given = await self.body()
        if given["phone_number_id"] == "10000":
            errors = [{"loc": ["access_token"], "msg": "is not the number's"}]
            return problem(422, "invalid", "No.", errors=errors, findings=FINDINGS[:1])
        return account(simulated=False, graph_url="https://graph.facebook.com"), 201

    async def examinations(self) -> Answer:
        if self.double.office.accounts:  # the settings' pages have their own
            return await self.double.office.examine_first()
        await self.body()
        healthy = {"state": "ok", "title": "Our app listens", "cure": None, "act": None}
        items = [one | healthy if self.subscribed and one["check"] == "subscribed" else one for one in FINDINGS]
        return {"at": "2026-11-26T10:00:00Z", "findings": items}

    async def subscription(self) -> Answer:
        self.subscribed = True
        return {}


def account(**fields: Any) -> dict[str, Any]:
    usual = {"id": "acc", "phone_number_id": "1234567", "display_phone_number": "15550112345", "verified_name": "Rif",
             "webhook_url": "https://inbox.example.org/webhooks/whatsapp/rif", "version": 1}  # fmt: skip
    return usual | fields


def logged_in() -> dict[str, Any]:
    return {"csrf": "token", "me": {}}


def problem(status: int, kind: str, detail: str, **more: Any) -> Answer:
    body = {"type": f"/problems/{kind}", "title": kind, "status": status, "detail": detail} | more
    return body, status, {"Content-Type": "application/problem+json"}
