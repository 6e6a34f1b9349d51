"""The part of the stand-in that is about oneself: name, password, sessions, second factor, passkeys."""

import base64
import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from quart import Quart, request

from .double_people import People, problem

if TYPE_CHECKING:
    from .double import Double, Resource

CODE = "123456"
QR = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 3"><path d="M0 0h1v1H0zM2 0h1v1H2zM0 2h1v1H0z"/></svg>'
CHALLENGE = "Y2hhbGxlbmdl"
Answer = Any


class Account:
    """Whoever is at the screen. Their password is "right"."""

    def __init__(self, double: "Double") -> None:
        self.double = double
        self.me: Resource = {"name": "Amine Kadiri"}
        self.preferences: Resource = {"density": "comfortable", "theme": "auto", "digits": "latn", "keys": True,
                                    "sending": "enter"}
        self.password = "right"
        self.sessions: dict[str, Resource] = {}
        self.totp: str | None = None
        self.codes = 0
        self.passkeys: dict[str, Resource] = {}
        self.session("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36", current=True)

    def session(self, agent: str | None, *, kind: str = "browser", **fields: Any) -> "Resource":
        made: Resource = {"id": str(uuid4()), "kind": kind, "user_agent": agent, "ip": "105.66.1.20", "current": False,
                "created_at": People.ago(days=2), "last_seen_at": People.ago(minutes=1),
                "expires_at": People.ago(days=-5)} | fields
        self.sessions[made["id"]] = made
        return made

    def passkey(self, name: str) -> "Resource":
        made: Resource = {"id": str(uuid4()), "name": name, "created_at": People.ago(days=9), "backed_up": True,
                "last_used_at": People.ago(hours=2)}
        self.passkeys[made["id"]] = made
        return made

    def register(self, app: Quart) -> None:
        api = "/api/v1"
        for rule, view, methods in (
            ("/me", self._change_me, ["PATCH"]), ("/me/password", self._password, ["PUT"]),
            ("/sessions", self._sessions, ["GET"]), ("/sessions", self._leave_everywhere, ["DELETE"]),
            ("/sessions/<key>", self._end, ["DELETE"]), ("/me/factors", self._factors, ["GET"]),
            ("/me/totp", self._begin_totp, ["POST"]), ("/me/totp", self._enable_totp, ["PUT"]),
            ("/me/totp", self._disable_totp, ["DELETE"]), ("/me/recovery-codes", self._recovery_codes, ["POST"]),
            ("/me/passkeys/options", self._passkey_options, ["POST"]), ("/me/passkeys", self._new_passkey, ["POST"]),
            ("/me/passkeys/<key>", self._passkey, ["PATCH", "DELETE"]),
        ):
            app.add_url_rule(f"{api}{rule}", view.__name__, view, methods=methods)

    async def _change_me(self) -> Answer:
        given = await request.get_json()
        self.preferences |= given.pop("preferences", {})
        self.me |= given
        return self.me

    async def _password(self) -> Answer:
        given = await request.get_json()
        if given["current"] != self.password:
            return problem(422, "invalid", "This is not your password.", loc="current")
        if given["password"] in ("password", "12345678"):
            return problem(422, "invalid", "This password is among the commonest.", loc="password")
        self.password = given["password"]
        self._keep_current()
        return "", 204

    def _keep_current(self) -> None:
        self.sessions = {key: one for key, one in self.sessions.items() if one["current"]}

    async def _sessions(self) -> Answer:
        return {"items": list(self.sessions.values()), "next": None}

    async def _end(self, key: str) -> Answer:
        del self.sessions[key]
        return "", 204

    async def _leave_everywhere(self) -> Answer:
        self.sessions.clear()
        self.double.signed_in = False
        return "", 204

    async def _factors(self) -> Answer:
        return {"totp": {"enabled": self.totp is not None, "since": self.totp}, "recovery_codes_left": self.codes,
                "passkeys": list(self.passkeys.values())}

    async def _wrong_password(self) -> Answer:
        given = await request.get_json()
        right = given["password"] == self.password
        return None if right else problem(422, "invalid", "This is not your password.", loc="password")

    async def _begin_totp(self) -> Answer:
        secret = "JBSWY3DPEHPK3PXP"
        return await self._wrong_password() or {
            "secret": secret, "uri": f"otpauth://totp/Comptoir:amine?secret={secret}", "qr_svg": QR}

    async def _enable_totp(self) -> Answer:
        if (await request.get_json())["code"] != CODE:
            return problem(422, "invalid", "This code is not right.", loc="code")
        self.totp = People.ago(minutes=0)
        return self._fresh_codes()

    def _fresh_codes(self) -> "Resource":
        self.codes = 10
        return {"recovery_codes": [f"{number:04}-abcd-efgh" for number in range(10)]}

    async def _disable_totp(self) -> Answer:
        if refused := await self._wrong_password():
            return refused
        self.totp, self.codes = None, 0
        return "", 204

    async def _recovery_codes(self) -> Answer:
        return await self._wrong_password() or self._fresh_codes()

    async def _passkey_options(self) -> Answer:
        return await self._wrong_password() or {"challenge": "c1", "options": {
            "rp": {"id": "localhost", "name": "Comptoir"}, "challenge": CHALLENGE,
            "user": {"id": "dXNlcg", "name": "amine@atlas.test", "displayName": "Amine Kadiri"},
            "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in (-7, -257)],
            "timeout": 60000, "attestation": "none",
            "excludeCredentials": [{"type": "public-key", "id": "bm9uZQ"}],
            "authenticatorSelection": {"residentKey": "required", "userVerification": "required"}}}

    async def _new_passkey(self) -> Answer:
        given = await request.get_json()
        answer = given["credential"]["response"]
        client = json.loads(base64.urlsafe_b64decode(answer["clientDataJSON"] + "=="))
        assert (client["type"], client["challenge"], given["challenge"]) == ("webauthn.create", CHALLENGE, "c1")
        assert answer["attestationObject"]
        return self.passkey(given["name"]), 201

    async def _passkey(self, key: str) -> Answer:
        if request.method == "DELETE":
            del self.passkeys[key]
            return "", 204
        self.passkeys[key] |= await request.get_json()
        return self.passkeys[key]
