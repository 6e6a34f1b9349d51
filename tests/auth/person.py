"""A member with ways in of their own, as a test drives them: an app whose clock the test sets, and passkeys."""

from dataclasses import dataclass, field
from uuid import UUID

import pyotp

from core.auth.permissions import Role
from core.db.pool import Database
from core.http.application import Application
from core.http.services import KEY, Services
from tests.auth.authenticator import Authenticator
from tests.http.callers import OWN_SITE, PASSWORD, Answer, Caller, new_member

NOON = 1_800_000_000.0
"""The start of a step, so that no test ever falls between two."""


@dataclass
class Person:
    """`caller` is their browser, logged in."""

    id: UUID
    email: str
    caller: Caller
    app: Application
    secret: str = ""
    codes: list[str] = field(default_factory=list)

    def at(self, seconds: float) -> None:
        """Set the server's clock for codes: so many seconds after noon."""
        services_of(self.app).ways.second_factor.app.clock = lambda: NOON + seconds

    def code(self, seconds: float = 0) -> str:
        """What the app shows then."""
        return pyotp.TOTP(self.secret).at(int(NOON + seconds))

    def wrong(self) -> str:
        """A code that is none of those around noon, nor of the ten steps after."""
        right = {self.code(step * 30) for step in range(-2, 12)}
        return next(code for code in map("{:06}".format, range(20)) if code not in right)

    async def enable_totp(self) -> Answer:
        """Set the app up and confirm it with the code of 90 seconds before noon, so that those of noon are fresh."""
        begun = await self.caller.ask("POST", "/me/totp", {"password": PASSWORD})
        assert begun.status == 200, begun.json
        self.secret = begun.json["secret"]
        self.at(-90)
        enabled = await self.caller.ask("PUT", "/me/totp", {"code": self.code(-90)})
        assert enabled.status == 200, enabled.json
        self.codes = enabled.json["recovery_codes"]
        self.at(0)
        return enabled

    async def add_passkey(self, authenticator: Authenticator, name: str = "a phone") -> Answer:
        asked = await self.caller.ask("POST", "/me/passkeys/options", {"password": PASSWORD})
        assert asked.status == 200, asked.json
        credential = authenticator.create(asked.json["options"])
        told = {"challenge": asked.json["challenge"], "name": name, "credential": credential}
        return await self.caller.ask("POST", "/me/passkeys", told)

    async def challenge(self) -> Answer:
        """The answer to the right password from another browser."""
        return await self.elsewhere().log_in(self.email)

    def elsewhere(self) -> Caller:
        """Another browser, not logged in."""
        return Caller(self.app, dict(OWN_SITE))

    async def prove(self, caller: Caller | None = None, /, **answer: object) -> Answer:
        """Answer to a challenge: a new one unless it is among the keywords."""
        if "challenge" not in answer:
            answer["challenge"] = (await self.challenge()).json["challenge"]
        return await (caller or self.elsewhere()).ask("POST", "/session/second-factor", answer, **OWN_SITE)


async def new_person(app: Application, db: Database, tenant_id: UUID, role: Role = "agent") -> Person:
    user_id, email = await new_member(db, tenant_id, role)
    caller = Caller(app)
    assert (await caller.log_in(email)).status == 200
    return Person(user_id, email, caller, app)


def services_of(app: Application) -> Services:
    found: Services = app.extensions[KEY]
    return found
