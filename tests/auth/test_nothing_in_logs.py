"""Whatever opens a door stays out of the logs, whether it opened it or not: here before any filter has cleaned them."""

import logging

import pytest
from structlog.testing import capture_logs

from core.db.pool import Database
from core.http.application import Application
from tests.auth.authenticator import Authenticator
from tests.auth.person import new_person
from tests.auth.test_passkeys import enter_with, options
from tests.http.callers import OWN_SITE, PASSWORD, Caller
from tests.http.conftest import Enter
from tests.seed import SeededTenant


async def test_passwords_codes_tokens_and_keys_are_never_logged(
    app: Application, db: Database, tenant: SeededTenant, enter: Enter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as told:
        person = await new_person(app, db, tenant.id)
        phone = Authenticator()
        await person.add_passkey(phone)
        await enter_with(person.elsewhere(), Authenticator(handle=phone.handle, credential_id=phone.credential_id))
        await person.enable_totp()
        challenge = (await person.challenge()).json["challenge"]
        await person.prove(challenge=challenge, code=person.wrong())
        await person.prove(challenge=challenge, recovery_code=person.codes[0])
        login = {"email": person.email, "password": PASSWORD, "code": person.code()}
        tokens = (await person.elsewhere().ask("POST", "/tokens", login)).json
        await _ask(app, tokens["access_token"], tokens["access_token"][:-9], tokens["refresh_token"])
        for _ in range(2):
            await Caller(app).ask("POST", "/tokens/refreshes", {"refresh_token": tokens["refresh_token"]})
        admin = await enter(tenant, "admin")
        key = (await admin.ask("POST", "/api-keys", {"name": "n8n", "role": "agent"})).json["key"]
        await _ask(app, key, key[:-1], key[:-7] + "A" + key[-6:])
        await person.elsewhere().ask("POST", "/session", {"email": person.email, "password": "hunter2-wrong"},
                                     **OWN_SITE)  # fmt: skip
        nonce = (await options(person.elsewhere()))["challenge"]
    logged = f"{told} {[record.getMessage() for record in caplog.records]} {caplog.text}"
    assert "/api/v1/tokens/refreshes" in logged
    secrets = [PASSWORD, "hunter2-wrong", person.secret, challenge, nonce, person.code(), tokens["access_token"][:-20],
               tokens["access_token"].rpartition(".")[2], tokens["refresh_token"], key, key[18:50],
               person.caller.cookie().partition("=")[2], person.caller.csrf, *person.codes]  # fmt: skip
    assert [secret for secret in secrets if secret in logged] == []


async def _ask(app: Application, *credentials: str) -> None:
    for credential in credentials:
        await Caller(app, {"Authorization": f"Bearer {credential}"}).get("/me")
