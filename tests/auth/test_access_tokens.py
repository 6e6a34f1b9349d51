"""Access tokens, forged in every way that a JWT library has ever fallen for."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from core.auth.access_tokens import AccessTokens
from core.auth.token_families import open_family
from core.db.pool import Database
from core.http.application import Application
from tests.auth.person import Person, new_person, services_of
from tests.http.callers import OWN_SITE, PASSWORD, Answer, Caller
from tests.seed import SECRET_KEY, SeededTenant

Json = dict[str, Any]


@pytest.fixture
async def person(app: Application, db: Database, tenant: SeededTenant) -> Person:
    return await new_person(app, db, tenant.id)


@pytest.fixture
async def token(person: Person) -> str:
    found: str = (await tokens(person)).json["access_token"]
    return found


async def tokens(person: Person, **more: str) -> Answer:
    return await person.elsewhere().ask("POST", "/tokens", {"email": person.email, "password": PASSWORD, **more})


async def me(app: Application, token: str) -> Answer:
    return await Caller(app, {"Authorization": f"Bearer {token}"}).get("/me")


async def key_of(app: Application) -> bytes:
    """The real signing key: what is forged below differs from a genuine token in one thing only."""
    await services_of(app).ways.access_tokens.read("")
    return services_of(app).ways.access_tokens._key


def parts(token: str) -> tuple[Json, Json]:
    return jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})


async def test_a_program_acts_as_its_person(person: Person, token: str, app: Application) -> None:
    told = (await me(app, token)).json
    assert (told["id"], told["email"], told["auth"]) == (str(person.id), person.email, "token")
    program = Caller(app, {"Authorization": f"Bearer {token}"})
    assert (await program.ask("POST", "/contacts", {"name": "Salma"})).status == 201, "no CSRF token, no origin"


async def test_the_answer_says_how_long_everything_lasts(person: Person) -> None:
    told = (await tokens(person)).json
    header, claims = parts(told["access_token"])
    assert (header["alg"], header["typ"]) == ("HS256", "at+jwt")
    assert claims["exp"] - claims["iat"] == told["expires_in"] == 600
    assert (claims["iss"], claims["aud"], claims["sub"]) == ("http://inbox.atlas.test", "comptoir", str(person.id))
    assert (told["token_type"], told["refresh_expires_in"]) == ("Bearer", 7 * 24 * 3600)
    assert set(claims) == {"iss", "aud", "sub", "tenant", "fam", "jti", "iat", "exp"}, "nothing personal in it"


async def test_the_password_is_wrong_alike_for_all(person: Person) -> None:
    wrong = await person.elsewhere().ask("POST", "/tokens", {"email": person.email, "password": "not it"})
    unknown = await person.elsewhere().ask("POST", "/tokens", {"email": "nobody@atlas.test", "password": "not it"})
    assert wrong.status == unknown.status == 401
    assert wrong.told == unknown.told


async def test_a_second_factor_is_asked_of_programs_too(person: Person, app: Application) -> None:
    await person.enable_totp()
    asked = await tokens(person)
    assert (asked.status, asked.json["type"]) == (401, "/problems/second-factor")
    assert asked.json["methods"] == ["totp", "recovery_code"]
    assert (await tokens(person, code=person.wrong())).status == 401
    told = await tokens(person, code=person.code())
    assert (await me(app, told.json["access_token"])).status == 200
    assert (await tokens(person, code=person.code())).status == 401, "a code is good once"
    assert (await tokens(person, code=person.codes[0])).status == 200
    assert (await tokens(person, code=person.codes[0])).status == 401


async def test_programs_guess_no_more_codes_than_people(person: Person) -> None:
    await person.enable_totp()
    for _ in range(5):
        assert (await tokens(person, code=person.wrong())).status == 401
    assert (await tokens(person, code=person.code())).status == 429
    assert (await person.prove(code=person.code())).status == 429


CLAIMS: dict[str, Json] = {
    "another audience": {"aud": "n8n"},
    "an audience among others": {"aud": ["comptoir", "n8n"]},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://evil.test"},
    "no issuer": {"iss": None},
    "expired": {"exp": int(time.time()) - 1},
    "no end": {"exp": None},
    "an end that is no time": {"exp": "never"},
    "another user": {"sub": str(uuid4())},
    "another family": {"fam": str(uuid4())},
    "another tenant": {"tenant": str(uuid4())},
    "a family that is no id": {"fam": "' or true --"},
    "a user that is no id": {"sub": 7},
    "not yet": {"nbf": int(time.time()) + 3600},
    "no number of its own": {"jti": None},
}


@pytest.mark.parametrize("change", CLAIMS.values(), ids=CLAIMS.keys())
async def test_a_signed_token_that_says_something_else_is_refused(
    change: Json, app: Application, token: str
) -> None:
    header, claims = parts(token)
    key = await key_of(app)
    changed = {name: value for name, value in (claims | change).items() if value is not None}
    assert (await me(app, _signed(header, claims, key))).status == 200
    assert (await me(app, _signed(header, changed, key))).status == 401


async def test_another_persons_or_tenants_family_is_not_borrowed(
    app: Application, db: Database, token: str, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    """Even with the signing key, each of the three names must fit the others."""
    other = await open_family(db.system, other_tenant.owner_id, other_tenant.id)
    header, claims = parts(token)
    for change in ({"fam": str(other.family_id)}, {"tenant": str(other_tenant.id)}, {"sub": str(other_tenant.owner_id)},
                   {"fam": str(other.family_id), "sub": str(other_tenant.owner_id)}):  # fmt: skip
        assert (await me(app, _signed(header, claims | change, await key_of(app)))).status == 401


HEADERS: dict[str, Json] = {
    "another key": {"kid": "00000000"},
    "no key": {"kid": None},
    "another kind": {"typ": "JWT"},
    "none": {"alg": "none"},
    "None": {"alg": "None"},
    "HS512": {"alg": "HS512"},
    "RS256": {"alg": "RS256"},
    "a key of its own": {"jwk": {"kty": "oct", "k": "AAAA"}},
    "a critical extension": {"crit": ["b64"], "b64": False},
}


@pytest.mark.parametrize(("name", "change"), HEADERS.items(), ids=HEADERS.keys())
async def test_what_the_header_asks_for_is_not_followed(
    name: str, change: Json, app: Application, token: str
) -> None:
    header, claims = parts(token)
    changed = {member: value for member, value in (header | change).items() if value is not None}
    forged = _signed(changed, claims, b"" if name == "a key of its own" else await key_of(app))
    assert (await me(app, forged)).status == 401


async def test_a_token_without_a_signature_is_refused(app: Application, token: str) -> None:
    header, claims = parts(token)
    for alg in ("none", "NONE", "HS256", ""):
        bare = _signed(header | {"alg": alg}, claims, b"").rpartition(".")[0]
        for forged in (bare + ".", bare, f"{bare}.{base64.urlsafe_b64encode(b'0' * 32).decode().rstrip('=')}"):
            assert (await me(app, forged)).status == 401


async def test_a_public_key_is_no_secret_here(app: Application, token: str) -> None:
    """RS256 tokens are refused whoever signed them, and no public key of ours exists to be taken for a secret."""
    _, claims = parts(token)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert (await me(app, jwt.encode(claims, key, algorithm="RS256"))).status == 401
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    header, _ = parts(token)
    assert (await me(app, _signed(header, claims, public))).status == 401


async def test_guesses_at_the_key_are_refused(app: Application, token: str) -> None:
    header, claims = parts(token)
    for guess in (b"", b"secret", SECRET_KEY.encode(), header["kid"].encode(), hashlib.sha256(b"").digest()):
        assert (await me(app, _signed(header, claims, guess))).status == 401


async def test_every_letter_of_it_matters(app: Application, token: str) -> None:
    read = services_of(app).ways.access_tokens.read
    assert await read(token) is not None
    for position in range(len(token) - 1):  # the last letter has bits that mean nothing
        letter = "A" if token[position] != "A" else "B"
        assert await read(token[:position] + letter + token[position + 1 :]) is None


@pytest.mark.parametrize("junk", ["", "x", "a.b.c", "....", "e30.e30.e30", "é" * 40, "A" * 5000, "null.null.null"])
async def test_junk_is_refused(junk: str, app: Application) -> None:
    assert await services_of(app).ways.access_tokens.read(junk) is None


async def test_other_spellings_of_a_token_are_worth_no_more_than_itself(
    app: Application, token: str, person: Person
) -> None:
    """Padding, spaces, and other bits at the end of base64 may pass, but they end with the family all the same."""
    spellings = [token + "=", token[:-1] + chr(ord(token[-1]) ^ 1), f" {token} ", token.upper()]
    program = Caller(app, {"Authorization": f"Bearer {token}"})
    assert (await program.ask("DELETE", "/tokens")).status == 204
    for spelling in spellings:
        assert (await me(app, spelling)).status == 401


async def test_another_installations_tokens_are_not_ours(
    app: Application, db: Database, person: Person, tenant: SeededTenant
) -> None:
    theirs = AccessTokens(db, services_of(app).vault, "https://another.test")
    grant = await open_family(db.system, person.id, tenant.id)
    assert (await me(app, await theirs.issue(grant))).status == 401
    assert (await me(app, await services_of(app).ways.access_tokens.issue(grant))).status == 200


@pytest.mark.parametrize(
    "change",
    ["update users set disabled_at = now()", "delete from memberships", "update tenants set status = 'suspended'",
     "update token_families set revoked_at = now()", "update token_families set expires_at = now()",
     "delete from token_families", "update users set password_changed_at = now()"],
)  # fmt: skip
async def test_a_token_ends_with_its_reason_to_be(change: str, app: Application, token: str, db: Database) -> None:
    assert (await me(app, token)).status == 200
    await db.system.execute(change)
    refused = await me(app, token)
    assert refused.status == 401
    assert token not in str(refused.json)


async def test_a_role_that_changes_changes_for_the_token(app: Application, token: str, db: Database) -> None:
    assert "contacts.write" in (await me(app, token)).json["permissions"]
    await db.system.execute("update memberships set role = 'viewer'")
    assert "contacts.write" not in (await me(app, token)).json["permissions"]


async def test_a_token_is_no_session_and_a_session_no_token(person: Person, app: Application, token: str) -> None:
    program = Caller(app, {"Authorization": f"Bearer {token}"})
    assert (await program.ask("DELETE", "/session")).status == 422
    assert (await person.caller.ask("DELETE", "/tokens")).status == 422
    stranger = Caller(app, {"Cookie": f"comptoir_session={token}"})
    assert (await stranger.get("/me")).status == 401


async def test_with_a_bad_token_the_cookie_is_not_even_read(person: Person) -> None:
    assert (await person.caller.get("/me", Authorization="Bearer a.b.c")).status == 401


async def test_another_site_cannot_have_a_browser_ask_for_tokens(person: Person) -> None:
    told = {"email": person.email, "password": PASSWORD}
    evil = Caller(person.app, {**OWN_SITE, "Origin": "https://evil.test"})
    assert (await evil.ask("POST", "/tokens", told)).status == 403


def _signed(header: Json, claims: Json, key: bytes) -> str:
    """By hand: a library would refuse to make most of these."""
    body = ".".join(_b64(json.dumps(part).encode()) for part in (header, claims))
    digest = hashlib.sha512 if header.get("alg") == "HS512" else hashlib.sha256
    return f"{body}.{_b64(hmac.new(key, body.encode(), digest).digest())}"


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
