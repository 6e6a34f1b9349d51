"""What holds without a browser: the sources' rules, the catalogues, the headers, the files."""

from pathlib import Path

import pytest

from core.web import PluginFiles
from core.web.assets import Assets
from core.web.catalogue import Catalogue, load
from core.web.entrance import safe_next
from core.web.files import StaticDirectory
from core.web.language import LOCALES
from core.web.modules import LATER, STATIC, needed, resolved
from core.web.policy import content_security_policy
from core.web.rendering import script_json
from tools import lint_ui, messages

from .double import ROOT, Double


def test_the_sources_keep_the_rules_of_the_browser_side() -> None:
    assert [(path.name, *finding) for path in lint_ui.sources() for finding in lint_ui.lint(path)] == []


@pytest.mark.parametrize("line", [
    "html`<p style=${'x'}></p>`", "html`<p>Hello there</p>`", 'html`<a title="Say it">${x}</a>`', "unsafeHTML(x)",
    "html`<p onclick=${f}></p>`", "css`p { margin-left: 2px }`", "css`p { color: #fff }`", "element.innerHTML = x",
    'define("free-tag", X)', "html`${list.map((x) => html`<b>Nested words</b>`)}`",
])
def test_the_linter_finds(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint_ui, "ROOT", tmp_path)
    source = tmp_path / "plugins" / "acme" / "static" / "a.js"
    source.parent.mkdir(parents=True)
    source.write_text(line)
    assert lint_ui.lint(source)


def test_every_message_of_every_screen_is_translated() -> None:
    missing = [problem for pattern, sources in messages.SOURCES.items() for locale in messages.LOCALES
               for problem in messages.update(Path(str(pattern).format(locale)), locale, sources, check=True)]
    assert missing == []


def test_strings_inside_nested_templates_are_extracted() -> None:
    source = "html`${a ? html`<b>${t(\"Deep\")}</b>` : tn('one', 'many', n)}` // t(\"in code\")\n// t(\"comment\")"
    assert list(messages.extract(source))[:2] == ["Deep", ("one", "many")]
    assert "comment" not in list(messages.extract(source))


@pytest.mark.parametrize(("number", "words"), [(0, "لا رسائل جديدة"), (1, "رسالة جديدة"), (2, "رسالتان جديدتان"),
                                                (5, "{n} رسائل جديدة"), (11, "{n} رسالة جديدة"),
                                                (1103, "{n} رسائل جديدة")])
def test_arabic_has_its_own_plural_forms(number: int, words: str) -> None:
    arabic = load(ROOT / "plugins/inbox/locale")["ar"]
    assert arabic.ngettext("{n} new message", "{n} new messages", number) == words


def test_a_catalogue_answers_the_english_text_for_what_it_lacks() -> None:
    assert Catalogue("fr").gettext("Nowhere") == "Nowhere"


def test_the_policy_allows_nothing_inline_but_the_import_map() -> None:
    policy = content_security_policy('{"imports":{}}')
    assert "unsafe" not in policy
    assert policy.count("'sha256-") == 1
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("asked", ["//evil.example", "/\\evil.example", "https://evil.example", "", None, "/a\nb"])
def test_after_login_nobody_is_sent_to_another_site(asked: str | None) -> None:
    assert safe_next(asked) == "/"


def test_bootstrap_data_cannot_end_its_script_element() -> None:
    assert "</script>" not in script_json({"name": "</script><script>alert(1)</script>"})


def test_a_changed_file_changes_every_address_of_its_directory() -> None:
    one, two = StaticDirectory("/s", {"a.js": b"1", "b.js": b"2"}), StaticDirectory("/s", {"a.js": b"1", "b.js": b"3"})
    assert one.url("a.js") != two.url("a.js")
    assert one.find(two.hash, "a.js") is None


async def test_pages_ask_for_a_login_and_come_back(double: Double) -> None:
    double.signed_in = False
    answer = await double.app.test_client().get("/inbox/some-id")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=/inbox/some-id")


async def test_a_page_is_not_cached_and_its_files_are_for_ever(double: Double) -> None:
    client = double.app.test_client()
    page = await client.get("/inbox")
    assert page.headers["Cache-Control"] == "no-store"
    stylesheet = next(part for part in (await page.get_data(as_text=True)).split('"') if part.endswith("app.css"))
    served = await client.get(stylesheet, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in served.headers["Cache-Control"]
    assert served.headers["Content-Encoding"] == "gzip"


async def test_files_of_a_plugin_the_tenant_lacks_do_not_exist(double: Double) -> None:
    files = StaticDirectory.read("/p/elsewhere/static", Path(__file__).parent / "acme")
    assert (await double.app.test_client().get(files.url("good.js"))).status_code == 404
    mine = StaticDirectory.read("/p/acme/static", Path(__file__).parent / "acme")
    assert (await double.app.test_client().get(mine.url("good.js"))).status_code == 200


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_server_says_language_and_direction(double: Double, locale: str) -> None:
    double.signed_in = False
    answer = await double.app.test_client().get("/login", headers={"Accept-Language": locale})
    text = await answer.get_data(as_text=True)
    assert f'<html lang="{locale}" dir="{"rtl" if locale == "ar" else "ltr"}"' in text


async def test_a_chosen_language_is_remembered(double: Double) -> None:
    client = double.app.test_client()
    await client.get("/inbox?lang=ar")
    assert 'lang="ar"' in await (await client.get("/inbox")).get_data(as_text=True)


def test_first_load_stays_small() -> None:
    """≤ 60 KiB of kernel JavaScript, compressed, before the module of any page."""
    assets = Assets([])
    scripts = [assets.kernel.files[url.removeprefix(f"{assets.kernel.base}/")] for url in assets.preloads(None)]
    assert {"lit-3.3.0.js", "shell.js"} <= {url.rpartition("/")[2] for url in assets.preloads(None)}
    assert sum(len(file.zipped or b"") for file in scripts) <= 60 * 1024


def test_what_a_page_needs_is_fetched_at_once_and_nothing_else() -> None:
    files = PluginFiles("settings", ROOT / "plugins/settings/static")
    page = {"plugin": "settings", "nav": "settings", "module": "me.js"}
    wanted = {url.rpartition("/")[2] for url in Assets([files]).preloads(page)}
    assert {"settings.js", "me.js", "me-profile.js", "form.js", "card.js"} <= wanted
    assert not {"login.js", "card.js"} & {url.rpartition("/")[2] for url in Assets([files]).preloads(None)}


def test_what_an_open_conversation_is_drawn_with_holds_no_list_up() -> None:
    assets = Assets([PluginFiles("inbox", ROOT / "plugins/inbox/static")])
    page = {"plugin": "inbox", "nav": "main", "module": "page.js"}
    listed, deep = ({url.rpartition("/")[2] for url in assets.preloads(page, opened=opened)}
                    for opened in (False, True))
    assert "list.js" in listed
    assert not {"thread.js", "composer.js", "detail.js"} & listed
    assert {"list.js", "thread.js", "composer.js", "detail.js"} <= deep


def test_every_import_leads_to_a_file_that_is_there() -> None:
    names = ("inbox", "contacts", "settings")
    assets = Assets([PluginFiles(name, ROOT / "plugins" / name / "static") for name in names])
    imports = assets.imports(assets.plugins)
    named = [(url, name) for url, source in assets.sources.items() if "/vendor/" not in url
             for pattern in (STATIC, LATER) for name in pattern.findall(source.decode())]
    lost = [(url, name) for url, name in named if resolved(name, url, imports) not in assets.sources]
    assert lost == []


def test_imports_are_found_as_a_browser_would() -> None:
    imports = {"lit": "/s/lit.js", "@x/": "/s/x/", "@x/deep/": "/s/elsewhere/"}
    sources = {
        "/p/a.js": b'import { a } from "lit";\nimport "./b/c.js";\nimport "@x/deep/e.js";\nawait import("./late.js");\n'
                   b'await bring(import.meta, "./later.js");',
        "/p/b/c.js": b'export { d } from "../d.js";\nexport const words = "none";\nimport {\n  e,\n} from "@x/f.js";',
        **dict.fromkeys(("/s/lit.js", "/p/d.js", "/s/x/f.js", "/s/elsewhere/e.js", "/p/late.js", "/p/later.js"), b""),
    }
    assert needed(["/p/a.js"], sources, imports) == sorted(sources.keys() - {"/p/late.js", "/p/later.js"})
    assert needed(["/p/a.js"], sources, imports, later=True) == sorted(sources)
