"""What plugin authors read is whole and true: every hook, value, context member, slot, piece, element, token and type
of setting has its heading, signatures are those of the code, and nothing stands there that does not exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from comptoir_sdk import ui, webhooks
from comptoir_sdk.ui import PANEL_SLOTS

from core.plugins import hooks, http, loader
from core.plugins.breakers import Door
from core.plugins.fields import Kind

ROOT = Path(__file__).parents[2]
DOCS, SDK, STATIC = ROOT / "docs/plugins", ROOT / "sdk/comptoir_sdk", ROOT / "core/web/static"
FAMILIES = {"register": "register.md", "on": "observers.md", "filter": "filters-and-providers.md",
            "provide": "filters-and-providers.md", "erase": "filters-and-providers.md"}
DOORS = {"db": "Database", "messages": "Messages", "conversations": "Conversations", "contacts": "Contacts",
         "members": "Members", "attachments": "Attachments", "moments": "Moments", "push": "Push",
         "storage": "Storage", "jobs": "Jobs", "http": "Http", "secrets": "Secrets", "audit": "Audit"}
PIECES = sorted(name for name in ui.__all__ if isinstance(getattr(ui, name), type) and name != "Element")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def sections(page: str) -> dict[str, str]:
    """What stands below each heading that is a name in backticks."""
    found: dict[str, str] = {}
    name = ""
    for line in (DOCS / page).read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"#{2,3} (.*)", line):
            name = heading[1].strip("`") if heading[1].startswith("`") else ""
        elif name:
            found[name] = found.get(name, "") + line + "\n"
    return found


def code(section: str) -> str:
    """The first block of code."""
    return section.partition("```python\n")[2].partition("\n```")[0]


def parsed(path: str) -> ast.Module:
    return ast.parse((SDK / path).read_text(encoding="utf-8"))


def signature(function: Function) -> str:
    words = "async def" if isinstance(function, ast.AsyncFunctionDef) else "def"
    arguments = re.sub(r"^self(, )?", "", ast.unparse(function.args))
    answer = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    return f"{words} {function.name}({arguments}){answer}"


def classes(path: str) -> dict[str, ast.ClassDef]:
    return {one.name: one for one in parsed(path).body if isinstance(one, ast.ClassDef)}


def functions(body: list[ast.stmt]) -> dict[str, Function]:
    return {one.name: one for one in body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


HOOKS = functions(parsed("hookspecs.py").body)
CONTEXT = functions(classes("context.py")["Context"].body)
METHODS = {f"{door}.{name}": method for door, kind in DOORS.items()
           for name, method in functions(classes("context.py")[kind].body).items()}


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_has_its_heading_with_its_exact_signature(hook: str) -> None:
    section = sections(FAMILIES[hook.partition("_")[0]])[hook]
    assert code(section) == signature(HOOKS[hook])
    assert section.count("```python") >= 2, "an example is missing"


def test_no_page_tells_of_a_hook_that_does_not_exist() -> None:
    told = {name for page in set(FAMILIES.values()) for name in sections(page)}
    assert told == set(HOOKS)


@pytest.mark.parametrize("path", ["values.py", "business_hours.py", "offers.py", "searching.py", *(
    f"webhooks/{name}.py" for name in ("told", "accounts", "people", "templates", "threads"))])
def test_every_value_has_its_heading_with_its_fields(path: str) -> None:
    told = sections("values.md")
    for name, one in classes(path).items():
        if name in {"Offer", "SearchText", "_Search"} or (path.startswith("webhooks") and name not in webhooks.__all__):
            continue
        fields = [f"{field.target.id}: {ast.unparse(field.annotation)}" for field in one.body
                  if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)]
        assert code(told[name]) == "\n".join(fields), name


@pytest.mark.parametrize("member", CONTEXT)
def test_every_member_of_the_context_has_its_heading(member: str) -> None:
    section = sections("context.md")[f"ctx.{member}"]
    returns = CONTEXT[member].returns
    if member in DOORS:
        return
    is_property = any(isinstance(one, ast.Name) and one.id == "property" for one in CONTEXT[member].decorator_list)
    assert returns is not None
    expected = f"`{ast.unparse(returns)}`." if is_property else signature(CONTEXT[member])
    assert (section.strip() if is_property else code(section)).startswith(expected)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_of_the_context_has_its_heading_with_its_exact_signature(method: str) -> None:
    section = sections("context.md")[f"ctx.{method}"]
    assert code(section) == signature(METHODS[method])


def test_the_context_page_tells_of_nothing_else() -> None:
    assert set(sections("context.md")) == {f"ctx.{name}" for name in (*CONTEXT, *METHODS)}


def test_every_member_of_the_context_is_tried() -> None:
    tried = "".join(path.read_text(encoding="utf-8") for folder in ("tests", "examples", "plugins", "sdk/tests")
                    for path in (ROOT / folder).rglob("*.py"))  # fmt: skip
    untried = [name for name in (*METHODS, *(one for one in CONTEXT if one not in DOORS))
               if not re.search(rf"\b(ctx|ours|theirs|context\w*|neighbour)\.{re.escape(name)}\b", tried)]
    assert untried == []


@pytest.mark.parametrize("slot", sorted(PANEL_SLOTS))
def test_every_slot_has_its_heading_and_is_drawn_in_a_test(slot: str) -> None:
    assert len(sections("slots.md")[slot].strip()) > 40
    assert f'"{slot}"' in (ROOT / "tests/web/test_slots.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("piece", PIECES)
def test_every_piece_has_its_heading_with_its_fields(piece: str) -> None:
    told = {**sections("slots.md"), **sections("settings.md")}[f"ui.{piece}"]
    fields = getattr(ui, piece).__dataclass_fields__
    assert [name for name in fields if not re.search(rf"\b{name}\b", told)] == []


def elements() -> Iterator[tuple[str, str, list[str]]]:
    """(tag, module, its public properties)."""
    for path in sorted((STATIC / "elements").glob("*.js")):
        source = path.read_text(encoding="utf-8")
        told = re.findall(r"static properties = {(.*?)};", source, re.DOTALL)
        defined = re.findall(r'customElements\.define\("(ui-[a-z-]+)", (\w+)\)', source)
        for tag, kind in defined:
            own = re.search(rf"class {kind} .*?static properties = {{(.*?)}};", source, re.DOTALL)
            properties = own[1] if own else told[0]
            names = re.findall(r"(\w+): {([^{}]*)}", properties)
            yield tag, path.name, [name for name, how in names if "state: true" not in how]


ELEMENTS = {tag: (module, names) for tag, module, names in elements()}


@pytest.mark.parametrize("tag", ELEMENTS)
def test_every_element_has_its_heading_its_module_its_attributes_and_an_example(tag: str) -> None:
    section, (module, names) = sections("elements.md")[tag], ELEMENTS[tag]
    home = {"panel.js": "panel.js"}.get(module, module)
    assert f"Module: `{home}`" in section
    assert [name for name in names if not re.search(rf"\b{name}\b", section)] == []
    assert "```js\n" in section


def test_no_element_is_told_of_that_does_not_exist() -> None:
    assert {name for name in sections("elements.md") if name.startswith("ui-")} == set(ELEMENTS)


def test_every_token_is_told_and_no_other() -> None:
    tokens = set(re.findall(r"(--[a-z0-9-]+):", (STATIC / "tokens.css").read_text(encoding="utf-8")))
    told = set(re.findall(r"^\| `(--[a-z0-9-]+)` \| .+ \|$", (DOCS / "elements.md").read_text(encoding="utf-8"), re.M))
    assert told == tokens


def test_every_hook_is_tried_by_a_test_that_bears_its_name() -> None:
    """Observers all by one, which itself demands that each was heard (`sorted(told) == sorted(OBSERVERS)`)."""
    sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    named = {name: path for path, source in sources.items() for name in re.findall(r"def test_hook_(\w+)\(", source)}
    observers = sources[named["of_every_observer"]]
    assert "assert sorted(told) == sorted(OBSERVERS)" in observers
    untried = [hook for hook in HOOKS if not hook.startswith("on_") and hook not in named]
    assert untried == []
    samples = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/plugins/samples").glob("*.py"))
    assert [hook for hook in HOOKS if f"def {hook}(" not in samples] == []


def test_every_kind_of_setting_is_told_and_no_other() -> None:
    told = {name for name in sections("settings.md") if not name.startswith("ui.")}
    assert told == set(get_args(Kind))


@pytest.mark.parametrize(("call", "seconds"), [
    ("`filter_outbound`", hooks.FILTER_SECONDS), ("`provide_contact_facts`", hooks.FACT_SECONDS),
    ("`provide_search`", hooks.SEARCH_SECONDS),
    ("`provide_suggestions`", hooks.SUGGESTION_SECONDS), ("`provide_personal_data`", hooks.PERSONAL_DATA_SECONDS),
    ("`erase_personal_data`", hooks.PERSONAL_DATA_SECONDS), ("import and registration", loader.LOAD_SECONDS),
    ("a view", http.VIEW_SECONDS)])
def test_the_limits_of_calls_are_those_of_the_code(call: str, seconds: float) -> None:
    told = f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.0f} s"
    page = (DOCS / "limits.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| {re.escape(call)} \| {told}\b", page, re.M), told


def test_every_door_with_a_breaker_is_told() -> None:
    told = (DOCS / "limits.md").read_text(encoding="utf-8").partition("## The breaker")[2].partition("##")[0]
    assert [door for door in get_args(Door) if door not in told] == []


def test_links_between_the_pages_lead_somewhere() -> None:
    broken = []
    for page in DOCS.glob("*.md"):
        for target in re.findall(r"\]\(([^)#\s]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http") and not (page.parent / target).exists():
                broken.append((page.name, target))
    assert broken == []
