"""What it draws: reachable, translated, readable from both sides, within the content security policy."""

import re
from typing import Any

from comptoir_sdk import ui
from comptoir_sdk.testing.conformance.bench import Bench
from comptoir_sdk.testing.conformance.check import check, require
from comptoir_sdk.translation import Text

LOCALES = ("en", "fr", "ar")
_INLINE = re.compile(r"<script|<style|\son\w+\s*=|\sstyle\s*=|javascript:", re.IGNORECASE)
_PHYSICAL = re.compile(
    r"(?<![\w-])((?:margin|padding|border)-(?:left|right)|(?:left|right)\s*:|text-align\s*:\s*(?:left|right)"
    r"|float\s*:\s*(?:left|right))")
_TEXTS = (
    (".py", re.compile(r"""(?<![\w.])(?:ctx\.)?_\(\s*f?(["'])((?:\\.|(?!\1).)*)\1""")),
    (".html", re.compile(r"""(?<![\w.])_\(\s*(["'])((?:\\.|(?!\1).)*)\1""")),
    (".js", re.compile(r"""(?<![\w.])t\(\s*(["'])((?:\\.|(?!\1).)*)\1""")),
)
_ENTRY = re.compile(
    r'^msgid ((?:".*"\s*)+)(?:msgid_plural ((?:".*"\s*)+))?msgstr(?:\[0\])? ((?:".*"\s*)+)', re.MULTILINE)
_PLACE = re.compile(r"%\(\w+\)s|\{\w*\}|%[sd]")


@check("silver", "Every fragment of a panel or page answers, in each language.")
async def fragments(bench: Bench) -> None:
    shop = await bench.shop()
    owner, nouns = await shop.agent("owner"), await bench.thread(shop)
    query = f"conversation={nouns['core.Conversation']}&contact={nouns['core.Contact']}"
    for name in _fragments(bench):
        for locale in LOCALES:
            answer = await owner.get(f"{bench.prefix}/fragments/{name}?{query}&lang={locale}")
            require(answer.status == 200, f"the fragment {name} in {locale}: {answer.status} {answer.text[:200]}")
            require("text/html" in answer.headers.get("Content-Type", ""), f"{name} is no HTML: ctx.render")


@check("silver", "What it writes obeys the content security policy: no inline script, style or handler.", written=True)
async def inline(bench: Bench) -> None:
    for file, text in bench.sources(".html"):
        found = _INLINE.search(re.sub(r"\{#.*?#\}|<!--.*?-->", "", text, flags=re.DOTALL))
        require(found is None, f"{file} has {found and found[0]!r}: use a module and the kernel's classes")


@check("silver", "Each module it names is in its static folder and defines the element.", written=True)
async def modules(bench: Bench) -> None:
    static = bench.folder("static")
    for piece in bench.one.panels:
        module, element = getattr(piece, "module", None), getattr(piece, "element", None)
        if module:
            file = static / module if static else None
            require(file and file.is_file(), f"there is no {module} in the static folder that ui.Assets names")
            require(element in (file.read_text() if file else ""), f"{module} does not define <{element}>")


@check("bronze", "Off, its static files do not exist; on, they do.")
async def files(bench: Bench) -> None:
    static = bench.folder("static")
    if static is None:
        return
    shop = await bench.shop()
    owner = await shop.agent("owner")
    some = next(path for path in sorted(static.rglob("*")) if path.is_file()).relative_to(static).as_posix()
    page = await owner.get("/")
    while page.status == 303:
        page = await owner.get(page.headers["Location"])
    base = _base(page, bench.name)
    require(base, "the page is not told where its files are")
    require((await owner.get(f"{base}/{some}")).status == 200, f"{some} is not served")
    await shop.switch(bench.given(on=False))
    require((await owner.get(f"{base}/{some}")).status == 404, f"{some} is served to a tenant without the plugin")


@check("gold", "Pages, panels and actions name the permission that shows them; a page of settings may be everybody's.",
       written=True)
async def piece_permissions(bench: Bench) -> None:
    for piece in bench.one.panels:
        if hasattr(piece, "permission") and getattr(piece, "nav", "main") == "main":
            require(piece.permission, f"{type(piece).__name__} {getattr(piece, 'name', '')}: permission=…")


@check("gold", "Titles can be translated.", written=True)
async def titles(bench: Bench) -> None:
    for piece in bench.one.panels:
        if hasattr(piece, "title"):
            require(isinstance(piece.title, Text) and piece.title.id,
                    f'{type(piece).__name__} {getattr(piece, "name", "")}: title=_("…")')


@check("gold", "Every text has its words in English, French and Arabic.", written=True)
async def words(bench: Bench) -> None:
    used = _used(bench)
    for locale in LOCALES:
        known = _catalogue(bench, locale)
        missing = sorted(text for text in used if not known.get(text))
        require(not missing, f"{locale} lacks {missing[:5]}: locale/{locale}/LC_MESSAGES/*.po")


@check("gold", "Translations keep the places that are filled in.", written=True)
async def places(bench: Bench) -> None:
    for locale in LOCALES:
        for text, told in _catalogue(bench, locale).items():
            require(set(_PLACE.findall(told)) <= set(_PLACE.findall(text)),
                    f"{locale}: {told!r} fills in what {text!r} has not")


@check("gold", "It reads from both sides: no left or right in its styles.", written=True)
async def both_sides(bench: Bench) -> None:
    for file, text in bench.sources(".css", ".js", ".html"):
        found = _PHYSICAL.search(text)
        require(found is None, f"{file} has {found and found[0]!r}: write inline-start, inline-end, text-align: start")


@check("gold", "Each route says what it is for and what it answers, in the API's document.", written=True)
async def described(bench: Bench) -> None:
    for route in bench.one.routes:
        doc = route.view.__doc__ or ""
        require(route.summary or doc.strip(), f"{route.rule}: summary=…, or a docstring of {route.view.__name__}")
        require(route.responses, f"{route.rule}: responses={{200: …}}")


@check("silver", "Badges and figures answer what the kernel can draw.")
async def figures(bench: Bench) -> None:
    shop = await bench.shop()
    owner, nouns = await shop.agent("owner"), await bench.thread(shop)
    for piece in bench.one.panels:
        if not isinstance(piece, ui.Panel | ui.DashboardCard) or not piece.data:
            continue
        answer = await owner.get(f"{bench.prefix}/data/{piece.data}?conversations={nouns['core.Conversation']}"
                                 f"&contacts={nouns['core.Contact']}")
        require(answer.status == 200, f"the data {piece.data}: {answer.status} {answer.text[:200]}")
        kind = piece.kind if isinstance(piece, ui.DashboardCard) else "badge"
        require(_FITS[kind](answer.json()), f"the data {piece.data} has not the shape of a {kind}: {answer.text[:200]}")


def _numbers(told: Any) -> bool:
    return isinstance(told, list) and all(isinstance(one, int | float) for one in told)


_FITS = {
    "badge": lambda told: isinstance(told, dict) and all(
        one is None or isinstance(one.get("text"), str) for one in told.values()),
    "number": lambda told: isinstance(told.get("value"), int | float),
    "line": lambda told: _numbers(told.get("values")) and len(told["values"]) == len(told.get("labels", ())),
    "bar": lambda told: _numbers(told.get("values")) and len(told["values"]) == len(told.get("labels", ())),
    "table": lambda told: isinstance(told.get("columns"), list) and isinstance(told.get("rows"), list),
}


def _fragments(bench: Bench) -> list[str]:
    return [name for piece in bench.one.panels if (name := getattr(piece, "fragment", None))]


def _base(page: Any, plugin: str) -> str:
    found = re.search(rf"/p/{plugin}/static/[0-9a-f]+", page.text)
    return found[0] if found else ""


def _used(bench: Bench) -> set[str]:
    return {found[1] for suffix, texts in _TEXTS for _, source in bench.sources(suffix)
            for found in ((match[1], _unquoted(match[2])) for match in texts.finditer(source)) if found[1]}


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _catalogue(bench: Bench, locale: str) -> dict[str, str]:
    folder = bench.folder("locales")
    words: dict[str, str] = {}
    for path in sorted((folder / locale / "LC_MESSAGES").glob("*.po")) if folder else ():
        for text, plural, told in _ENTRY.findall(path.read_text()):
            words |= {_joined(one): _joined(told) for one in (text, plural) if one}
    return words


def _joined(quoted: str) -> str:
    return "".join(_unquoted(part) for part in re.findall(r'"((?:\\.|[^"\\])*)"', quoted))
