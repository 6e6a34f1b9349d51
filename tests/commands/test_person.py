"""`comptoir person`, as an operator types it."""

import asyncio
from typing import Any

import pytest

from core.auth.passwords import Passwords
from core.db.pool import Database
from core.mail import Mail
from core.people.resets import Resets
from tests.commands.conftest import Comptoir
from tests.commands.test_tenant import Ask, ask
from tests.seed import VAULT, SeededTenant

__all__ = ["ask"]


def redeem(database_url: str, token: str, password: str) -> Any:
    async def choose() -> Any:
        db = await Database.open(database_url, app_size=2, system_size=2)
        try:
            return await Resets(db, VAULT, Mail(VAULT), Passwords()).redeem(token, password)
        finally:
            await db.close()

    return asyncio.run(choose())


def test_a_person_is_made_with_a_link_to_choose_a_password(
    tenant: SeededTenant, comptoir: Comptoir, ask: Ask, database_url: str
) -> None:
    status, text = comptoir("person", "create", "Nora@atlas.test", "--name", "Nora", "--tenant", "atlas")
    assert status == 0
    link = text.splitlines()[-1]
    assert link.startswith("http://localhost:8600/reset#")
    assert ask("select m.role from memberships m join users u on u.id = m.user_id where u.email = 'nora@atlas.test'") \
        == "agent"  # fmt: skip
    redeem(database_url, link.partition("#")[2], "a long enough password")
    assert ask("select password_hash is not null from users where email = 'nora@atlas.test'")
    assert comptoir("person", "create", "nora@atlas.test", "--name", "Nora")[0] == 1
    assert comptoir("person", "create", "x@atlas.test")[0] == 1


@pytest.mark.parametrize(("tenant_slug", "role"), [("nobody", "agent"), ("atlas", "king")])
def test_a_person_who_cannot_join_is_not_made(
    tenant: SeededTenant, comptoir: Comptoir, ask: Ask, tenant_slug: str, role: str
) -> None:
    assert comptoir("person", "create", "n@x.test", "--name", "N", "--tenant", tenant_slug, "--role", role)[0] == 1
    assert ask("select count(*) from users where email = 'n@x.test'") == 0


def test_a_password_is_reset_by_a_link_that_works_once(
    tenant: SeededTenant, comptoir: Comptoir, ask: Ask, database_url: str
) -> None:
    status, text = comptoir("person", "reset", "agent@atlas.test")
    token = text.splitlines()[-1].partition("#")[2]
    redeem(database_url, token, "a long enough password")
    with pytest.raises(Exception, match="link"):
        redeem(database_url, token, "another long password")
    assert comptoir("person", "reset", "nobody@x.test") == (1, "Nobody has the address nobody@x.test here.\n")
    entries = ask("select string_agg(action || ' ' || actor_kind, ', ') from audit_log where tenant_id is null")
    assert (status, entries) == (0, "password.link_made operator")


def test_a_person_is_made_to_run_the_installation_and_the_last_one_stays(
    tenant: SeededTenant, comptoir: Comptoir, ask: Ask
) -> None:
    assert comptoir("person", "promote", "agent@atlas.test")[0] == 0
    assert comptoir("person", "promote", "agent@atlas.test", "--revoke")[0] == 1
    assert comptoir("person", "promote", "owner@atlas.test")[0] == 0
    assert comptoir("person", "promote", "agent@atlas.test", "--revoke")[0] == 0
    assert ask("select string_agg(email, ' ') from users where platform_admin") == "owner@atlas.test"
