"""The demo tenant: a shop whose WhatsApp number lives in the sandbox. Made once, found again at every start.

It is marked as the demo, so that an installation with nothing else still counts as new.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from core.auth.api_keys import holder_of
from core.auth.passwords import Passwords
from core.auth.permissions import Permissions
from core.auth.users import find_by_email, set_password_hash
from core.config import Settings
from core.config.private_file import write_private
from core.db.pool import Database
from core.embedded.sandbox import sandbox_url
from core.secrets import Vault
from core.tenancy import places
from core.tenancy.seed import (
    add_member,
    connect_account,
    create_api_key,
    create_meta_app,
    create_tenant,
    create_user,
)

SLUG = "atlas"
APP = "atlas"
EMAIL = "demo@comptoir.local"
PHONE_NUMBER_ID = "106540352242922"
WABA_ID = "102290129340398"
DISPLAY_PHONE_NUMBER = "212520000600"
BUSINESS_NAME = "Atlas Store"


_REAL = "select exists (select from accounts where not simulated and phone_number_id <> $1)"
_TAKEN = """
select exists (select from tenants t where slug = $1 and not demo and not exists (
    select from memberships m join users u on u.id = m.user_id where m.tenant_id = t.id and u.email = $3))
or exists (select from meta_apps a join tenants t on t.id = a.tenant_id where a.slug = $2 and not t.demo)
"""
_ADOPT_APP = """
update meta_apps a set tenant_id = $1 where slug = $2 and tenant_id is null
    and exists (select from accounts where tenant_id = $1 and phone_number_id = $3 and meta_app_id = a.id)
"""
_RESEAL = """
update accounts set access_token_sealed = $3, meta_app_id = $4, simulated = true
where tenant_id = $1 and phone_number_id = $2 returning id
"""


@dataclass(frozen=True)
class Demo:
    """What a person or a test needs to enter the demo, and the sandbox to play Meta."""

    password: str
    app_secret: str
    verify_token: str
    access_token: str
    api_key: str = ""


async def ensure_demo(settings: Settings, db: Database) -> Demo:
    """Make what is missing of the demo. Its generated secrets are kept in the data directory."""
    kept = settings.data_dir / "demo.secrets.json"
    demo, fresh = _read(kept) or _generated(), not kept.exists()
    if fresh:
        _write(kept, demo)
    tenant_id = await _tenant(db)
    await _owner(db, tenant_id, demo.password, fresh=fresh)
    await _account(settings, db, tenant_id, demo)
    if not demo.api_key or await holder_of(db, Permissions(), demo.api_key) is None:
        key = await create_api_key(db, tenant_id, "demo", "owner")
        demo = Demo(**{**asdict(demo), "api_key": key})
        _write(kept, demo)
    return demo


async def why_no_demo(db: Database) -> str | None:
    """Why this database is to be left without a demo, in a sentence for the terminal; None: nothing speaks against it.

    The demo's login is printed, so it must not open an installation in earnest, and never anybody else's tenant.
    """
    if await db.system.fetchval(_REAL, PHONE_NUMBER_ID):
        return "a number of Meta's is connected, so the demo stays away"
    if await db.system.fetchval(_TAKEN, SLUG, APP, EMAIL):
        return f"an organisation of yours is called {SLUG!r}, so the demo stays away"
    return None


def first_number(settings: Settings, demo: Demo) -> dict[str, str]:
    """The demo's number, as the sandbox's settings name it."""
    return {
        "WEBHOOK_URL": webhook_url(settings),
        "APP_SECRET": demo.app_secret,
        "VERIFY_TOKEN": demo.verify_token,
        "PHONE_NUMBER_ID": PHONE_NUMBER_ID,
        "WABA_ID": WABA_ID,
        "TOKEN": demo.access_token,
        "BUSINESS_NAME": BUSINESS_NAME,
        "DISPLAY_PHONE_NUMBER": DISPLAY_PHONE_NUMBER,
    }


def write_demo_file(settings: Settings, demo: Demo) -> None:
    """`demo.json`, which says that all is ready and how to enter."""
    values = {
        "url": settings.public_url,
        "email": EMAIL,
        "password": demo.password,
        "api_key": demo.api_key,
        "tenant": SLUG,
        "phone_number_id": PHONE_NUMBER_ID,
        "waba_id": WABA_ID,
        "webhook_url": webhook_url(settings),
        "app_secret": demo.app_secret,
        "verify_token": demo.verify_token,
        "sandbox_url": sandbox_url(settings),
        "database_url": settings.database_url,
        "valkey_url": settings.valkey_url,
    }
    write_private(settings.data_dir / "demo.json", json.dumps(values, indent=2) + "\n")


def webhook_url(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.ports.receiver}/webhooks/whatsapp/{APP}"


async def _tenant(db: Database) -> UUID:
    """Found by its mark; one made before there were marks, by who owns it (`why_no_demo` has looked)."""
    found = await db.system.fetchval("update tenants set demo = true where slug = $1 returning id", SLUG)
    if found is not None:
        return UUID(str(found))
    made = (await create_tenant(db, SLUG, BUSINESS_NAME)).id
    await db.system.execute("update tenants set demo = true where id = $1", made)
    return made


async def _owner(db: Database, tenant_id: UUID, password: str, *, fresh: bool) -> None:
    user = await find_by_email(db, EMAIL)
    if user is None:
        user_id = await create_user(db, EMAIL, "Demo", password)
    else:
        user_id = user.id
        if fresh:  # the database knows an older data directory's password
            await set_password_hash(db, user_id, await Passwords().hash(password))
    await add_member(db, tenant_id, user_id, "owner")


async def _account(settings: Settings, db: Database, tenant_id: UUID, demo: Demo) -> None:
    vault = Vault.of(settings.key_ring)
    await db.system.execute(_ADOPT_APP, tenant_id, APP, PHONE_NUMBER_ID)
    app_id = await create_meta_app(db, vault, APP, app_secrets=[demo.app_secret], verify_token=demo.verify_token,
                                   tenant_id=tenant_id)  # fmt: skip
    place = places.access_token(tenant_id, PHONE_NUMBER_ID)
    async with db.system.acquire() as connection:
        token_sealed = await vault.seal(connection, demo.access_token, place)
    found = await db.system.fetchval(_RESEAL, tenant_id, PHONE_NUMBER_ID, token_sealed, app_id)
    if found is None:
        await connect_account(
            db, vault, tenant_id, phone_number_id=PHONE_NUMBER_ID, waba_id=WABA_ID,
            display_phone_number=DISPLAY_PHONE_NUMBER, access_token=demo.access_token,
            verified_name=BUSINESS_NAME, meta_app_id=app_id, graph_url=sandbox_url(settings),
        )  # fmt: skip
        await db.system.fetchval(_RESEAL, tenant_id, PHONE_NUMBER_ID, token_sealed, app_id)


def _generated() -> Demo:
    return Demo(
        password=secrets.token_urlsafe(12),
        app_secret=secrets.token_hex(16),
        verify_token=secrets.token_urlsafe(16),
        access_token=f"EAAG{secrets.token_hex(24)}",
    )


def _read(path: Path) -> Demo | None:
    return Demo(**json.loads(path.read_text())) if path.exists() else None


def _write(path: Path, demo: Demo) -> None:
    write_private(path, json.dumps(asdict(demo), indent=2) + "\n")
