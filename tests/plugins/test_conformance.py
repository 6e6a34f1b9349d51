"""A grade means something: for each promise there is a plugin that breaks it, and is told so."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import invalidate_caches
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from comptoir_sdk.scaffold import PARTS, write
from comptoir_sdk.testing.conformance import CHECKS, Bench
from comptoir_sdk.testing.conformance.report import tried

from core.harness import Cluster
from core.plugins import host, loader, tables
from core.plugins.gate import Gate
from core.plugins.http import PluginAccess
from core.plugins.loader import GROUP

NAME = "acme_probe"
_META = """Metadata-Version: 2.4
Name: comptoir-plugin-acme-probe
Version: 0.1.0
Summary: Acme probe
License-Expression: Apache-2.0
Description-Content-Type: text/markdown

Read me.
"""
House = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Case:
    """A good plugin with `edits` (file, what is there, what stands there instead), which break this promise.

    `house`: what the kernel keeps for every plugin is broken by hand. `too` are other promises that are broken with it.
    """

    check: str
    edits: tuple[tuple[str, str, str], ...] = ()
    too: frozenset[str] = frozenset()
    house: House | None = None
    installed: bool = True
    names: str = ""
    """Some of what is told."""
    files: dict[str, str] = field(default_factory=dict)


def _case(check: str, *edit: str, too: Iterable[str] = (), names: str = "", **more: Any) -> Case:
    edits = tuple((edit[at], edit[at + 1], edit[at + 2]) for at in range(0, len(edit), 3))
    return Case(check, edits, frozenset(too), names=names, **more)


def _gate_stands_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Gate, "enabled", lambda gate, tenant, plugin: True)


def _nobody_asks_who_it_is(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(PluginAccess, "check", lambda access, principal: None)


def _topics_are_everybodys(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(host.PluginHost, "allows", lambda self, principal, topic: topic.startswith(f"{NAME}."))


def _tables_are_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> list[str]:
        return []

    patch.setattr(tables, "unprotected", nothing)
    patch.setattr(tables, "lint", lambda plugin: [])


_OBSERVER = "        if message.contact_id and"
_FRAGMENT = 'Route("/fragments/panel", views.show_panel, ("GET",), "contacts.read", query=views.OfContact,\n' \
            "                  responses={200: HTML})"
_DATA = ("plugin.py", 'ui.Panel("count"', 'ui.DashboardCard("sum", _("Acme probe"), data="sum", '
         'permission="contacts.read"),\n            ui.Panel("count"',
         "plugin.py", '            Route("/fragments/panel", views.show_panel',
         '            Route("/data/sum", views.figure, ("GET",), "contacts.read", responses={200: dict}),\n'
         '            Route("/fragments/panel", views.show_panel',
         "views.py", "async def list_items", 'async def figure(ctx: Context) -> Any:\n    """A sum"""\n'
         '    return {"sum": "many"}\n\n\nasync def list_items')
CASES = [
    _case("loads", "plugin.py", "plugin = AcmeProbe()", "raise RuntimeError('no licence')", names="no licence"),
    _case("entry_point", installed=False, too=["distribution"]),
    _case("sdk_versions", "plugin.py", '">=0.1,<1"', '">=0.1"'),
    _case("imports", "views.py", "from quart", "import core.errors\nfrom quart", names="views.py imports core.errors"),
    _case("ways_out", "views.py", "from quart", "import socket\nfrom quart"),
    _case("does_not_block", "views.py", "from quart", "import time\nfrom quart",
          "views.py", "    contact = await ctx.contacts.get(contact_id)\n", "    time.sleep(1)\n"
          "    contact = await ctx.contacts.get(contact_id)\n", names="time.sleep in list_items"),
    _case("settings_defaults", "plugin.py", 'keyword: str = "#item"', "keyword: str", too=["settings_round_trip"]),
    _case("settings_frozen", "plugin.py", "@dataclass(frozen=True)", "@dataclass"),
    _case("settings_round_trip", "plugin.py", 'keyword: str = "#item"',
          'keyword: Annotated[str, AfterValidator(lambda text: text + "!")] = "#item"',
          "plugin.py", "from typing import Any, ClassVar",
          "from pydantic import AfterValidator\nfrom typing import Annotated, Any, ClassVar"),
    _case("permission_labels", "plugin.py", '_("Add to Acme probe")', '"Add to Acme probe"'),
    _case("distribution", "METADATA", "License-Expression: Apache-2.0\n", "", names="license"),
    _case("walls", "migrations/0001_initial.py",
          '        ProtectTenantTable("acme_probe_item", references={"contact_id": "contacts"}),\n', "",
          too=["loads", "migrations_lint"], names="is not protected"),
    _case("other_tenants", "migrations/0001_initial.py", "    ]\n", '        ops.RunSQL("create policy acme_all on '
          'acme_probe_item using (true)"),\n    ]\n', "migrations/0001_initial.py", "from tortoise import fields",
          "from tortoise.migrations import operations as ops\nfrom tortoise import fields",
          house=_tables_are_not_looked_at, too=["migrations_lint"], names="another tenant sees 1 rows"),
    _case("references", "migrations/0001_initial.py", ', references={"contact_id": "contacts"}', "",
          house=_tables_are_not_looked_at, too=["walls"]),
    _case("migrations_agree", "models.py", "max_length=500", "max_length=400", names="migrations make acme_probe"),
    _case("migrations_lint", "migrations/0001_initial.py", "    ]\n", '        ops.RunSQL("alter table acme_probe_item '
          'alter column text type text"),\n    ]\n', "migrations/0001_initial.py", "from tortoise import fields",
          "from tortoise.migrations import operations as ops\nfrom tortoise import fields"),
    _case("export", "plugin.py", 'return {"items": [item.text', 'return {"items": [] and [item.text'),
    _case("erasure", "plugin.py", "return await Item.filter(contact_id=contact.id).delete()", "return 0"),
    *(_case(check, house=_gate_stands_open, **more) for check, more in {
        "off_routes": {"names": "where the tenant does not have the plugin"}, "off_panels": {}, "off_topics": {},
        "off_jobs": {"names": "the job prune ran"}, "files": {"names": "without the plugin"}}.items()),
    _case("off_observers", "plugin.py", _OBSERVER,
          "        if message.contact_id:\n            await Item.create(contact_id=message.contact_id, text='x')\n"
          + _OBSERVER, house=_gate_stands_open),
    _case("strangers", house=_nobody_asks_who_it_is),
    _case("permissions", house=_nobody_asks_who_it_is),
    _case("channels", house=_topics_are_everybodys, names="without contacts.read"),
    _case("nonsense", "views.py", "    contact = await ctx.contacts.get(contact_id)\n", "    contact: Any = None\n",
          names="GET /contacts/<uuid:contact_id>/items"),
    _case("cron_jobs", "plugin.py", "    await Item.filter(created_at__lt", "    raise RuntimeError('no night')\n"
          "    await Item.filter(created_at__lt", names="no night"),
    _case("switching", "plugin.py", "    @hookimpl\n    async def on_message_received",
          "    @hookimpl\n    async def on_plugin_disabled(self, ctx: Context) -> None:\n"
          "        raise RuntimeError('stay')\n\n    @hookimpl\n    async def on_message_received", names="stay"),
    _case("there_and_back", "plugin.py", "    @hookimpl\n    async def on_message_received",
          "    @hookimpl\n    async def filter_outbound(self, ctx: Context, draft: Any) -> None:\n"
          "        raise RuntimeError('not today')\n\n    @hookimpl\n    async def on_message_received",
          names="not today"),
    _case("tasks", "plugin.py", _OBSERVER, "        import asyncio\n"
          "        asyncio.get_running_loop().create_task(asyncio.Event().wait(), name='poll')\n" + _OBSERVER,
          names="plugin.py:"),
    _case("fragments", "templates/panel.html", "{% if items %}", "{{ nothing_of_the_sort }}{% if items %}"),
    _case("figures", *_DATA, names="has not the shape of a number"),
    _case("inline", "templates/panel.html", "<ul>", '<ul onclick="alert(1)">', names="onclick"),
    _case("modules", "static/count.js", 'define("acme-probe-count"', 'define("acme-probe-counted"'[:21] + 'er"',
          names="does not define <acme-probe-count>"),
    _case("piece_permissions", "plugin.py", 'title=_("Acme probe"), permission="contacts.read",',
          'title=_("Acme probe"),'),
    _case("titles", "plugin.py", 'title=_("Acme probe"),', 'title="Acme probe",'),
    _case("words", "templates/panel.html", '_("Nothing yet.")', '_("Nothing at all.")', names="Nothing at all."),
    _case("places", "locale/fr/LC_MESSAGES/messages.po", 'msgstr[0] "{n} ', 'msgstr[0] "{m} ', names="{m}"),
    _case("both_sides", "static/count.js", 'define("acme', 'const style = "margin-left: 1rem";\ndefine("acme',
          names="margin-left"),
    _case("described", "plugin.py", _FRAGMENT, _FRAGMENT.replace("responses={200: HTML}", ""), names="responses="),
]


def test_there_is_a_case_for_every_promise() -> None:
    assert sorted(case.check for case in CASES) == sorted(check.name for check in CHECKS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.check)
async def test_a_plugin_that_breaks_a_promise_is_told_so(
        case: Case, comptoir_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _make(case, tmp_path, monkeypatch)
    if before := comptoir_cluster._templates.pop((NAME,), None):  # its migrations are others each time
        comptoir_cluster._templates[before,] = before
    async with comptoir_cluster.kernel([NAME]) as kernel:
        tested = [check for check in CHECKS if check.name == case.check or (check.written and case.check != "loads")]
        bench = Bench(kernel, NAME)
        told = {one.check.name: one.wrong for one in [await tried(check, bench) for check in tested] if not one.kept}
    assert set(told) == {case.check, *case.too}, told
    assert case.names in told[case.check], told[case.check]


async def test_one_that_keeps_them_all_is_told_nothing(
        comptoir_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin that the cases break: else they would prove nothing. What acts is tried where wheels are."""
    _make(Case(""), tmp_path, monkeypatch)
    async with comptoir_cluster.kernel([NAME]) as kernel:
        bench = Bench(kernel, NAME)
        outcomes = [await tried(check, bench) for check in CHECKS if check.written]
    assert {one.check.name: one.wrong for one in outcomes if not one.kept} == {}


def _make(case: Case, folder: Path, patch: pytest.MonkeyPatch) -> None:
    write(folder / "acme", NAME, PARTS)
    info = folder / "acme" / "acme_probe-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(_META)
    for file, before, after in case.edits:
        path = info / file if file == "METADATA" else folder / "acme" / NAME / file
        text = path.read_text()
        assert before in text, (file, before)
        path.write_text(text.replace(before, after, 1))
    point = EntryPoint(NAME, f"{NAME}:plugin", GROUP)
    if case.installed:
        (info / "entry_points.txt").write_text(f"[{GROUP}]\n{NAME} = {NAME}:plugin\n")
    patch.setattr(loader, "entry_points", lambda group: [point])
    patch.syspath_prepend(str(folder / "acme"))
    for module in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[module]
    invalidate_caches()
    if case.house is not None:
        case.house(patch)
