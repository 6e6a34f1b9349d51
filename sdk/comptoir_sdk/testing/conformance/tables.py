"""Its rows belong to one tenant, and to the people in them."""

import json

from comptoir_sdk.testing.conformance.bench import Bench
from comptoir_sdk.testing.conformance.check import check, require

_PEOPLE = ("core.Contact", "core.Conversation", "core.Message")


@check("bronze", "Its tables carry tenant, keys and row-level security.", written=True)
async def walls(bench: Bench) -> None:
    wrong = await bench.one.complaints()
    require(not wrong, "; ".join(wrong))


@check("bronze", "Another tenant sees none of its rows.")
async def other_tenants(bench: Bench) -> None:
    shop, other = await bench.shop(), await bench.shop("zagora")
    await bench.one.fill(shop.tenant_id, await bench.thread(shop))
    for table in bench.one.tables:
        require(await bench.one.count(shop.tenant_id, table), f"no row could be made in {table}")
        before = await bench.one.count(other.tenant_id, table)
        require(before == 0, f"another tenant sees {before} rows of {table}")


@check("bronze", "A row cannot point at another tenant's contact, conversation or message.")
async def references(bench: Bench) -> None:
    if not _points_at_people(bench):
        return
    shop, other = await bench.shop(), await bench.shop("zagora")
    theirs = await bench.thread(shop)
    try:
        await bench.one.fill(other.tenant_id, theirs)
    except Exception as error:  # whichever way the database or the model says so
        if "foreign key" in str(error) or "does not exist" in str(error):
            return
        raise
    raise AssertionError("a row of one tenant was made that points at another's: see ProtectTenantTable(references=…)")


@check("bronze", "Its models and its migrations say the same.", written=True)
async def migrations_agree(bench: Bench) -> None:
    missing = await bench.one.missing_migration()
    require(not missing, f"the models were changed: comptoir plugin migrations make {bench.name}\n{missing}")


@check("gold", "Its migrations say what they stand on, and hold up nobody who writes.", written=True)
async def migrations_lint(bench: Bench) -> None:
    found = bench.one.lint()
    require(not found, "; ".join(found))


@check("silver", "What it keeps on a person is in their export.")
async def export(bench: Bench) -> None:
    if not _points_at_people(bench):
        return
    shop = await bench.shop()
    nouns = await bench.thread(shop)
    await bench.one.fill(shop.tenant_id, nouns)
    told = (await shop.personal_data(nouns["core.Contact"])).get(bench.name)
    require(told and any(told.values()), "provide_personal_data tells nothing of a person it keeps rows about")
    json.dumps(told, default=_is_no_json)


@check("silver", "What it keeps on a person goes with them.")
async def erasure(bench: Bench) -> None:
    if not _points_at_people(bench):
        return
    shop = await bench.shop()
    nouns = await bench.thread(shop)
    made = await bench.one.fill(shop.tenant_id, nouns)
    erased = (await shop.erase_personal_data(nouns["core.Contact"])).get(bench.name)
    require(erased, "erase_personal_data deletes nothing of a person it keeps rows about")
    for table, row in made.items():
        if _about_people(row):
            left = await bench.one.count(shop.tenant_id, table)
            require(left == 0, f"{left} rows about an erased person are left in {table}")


def _points_at_people(bench: Bench) -> bool:
    from importlib import import_module

    from comptoir_sdk.models import TenantModel

    kinds = [kind for module in bench.one.plugin.models for kind in vars(import_module(module)).values()
             if isinstance(kind, type) and issubclass(kind, TenantModel) and kind is not TenantModel]
    return any(_about_people(kind) for kind in kinds)


def _about_people(model: object) -> bool:
    meta = getattr(model, "_meta")  # noqa: B009 - Tortoise's
    return any(getattr(meta.fields_map[name], "model_name", "") in _PEOPLE for name in meta.fk_fields)


def _is_no_json(value: object) -> object:
    raise AssertionError(f"the export holds a {type(value).__name__}, which is no JSON: give texts, numbers, lists")
