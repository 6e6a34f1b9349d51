"""The guide to the browser side names everything that is stable there, and nothing that is not."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/plugins/browser.md").read_text()
STATIC = ROOT / "core/web/static"


def section(heading: str) -> str:
    return GUIDE.split(f"## {heading}\n")[1].split("\n## ")[0]


def test_every_name_of_the_sdk_is_described() -> None:
    listed = re.findall(r"export \{([^}]+)\}", (STATIC / "sdk.js").read_text())
    exported = {name.split(" as ")[-1].strip() for names in listed for name in names.split(",")}
    assert exported - set(re.findall(r"`(\w+)`", section("`@comptoir/sdk`"))) == set()


def test_every_module_of_the_sdk_has_a_row() -> None:
    rows = re.findall(r"^\| `@comptoir/sdk/([\w.]+)`", section("Modules beside it"), re.MULTILINE)
    assert rows == sorted(path.name for path in (STATIC / "sdk").glob("*.js"))


def test_every_element_has_a_row_with_its_module() -> None:
    rows = re.findall(r"^\| (`ui-.*?) \| `([\w.]+)`", section("Elements"), re.MULTILINE)
    told = {(tag, module) for tags, module in rows for tag in re.findall(r"ui-\w+", tags)}
    defined = {(tag, path.name) for path in (STATIC / "elements").glob("*.js")
               for tag in re.findall(r'customElements\.define\("(ui-\w+)"', path.read_text())}
    assert told == defined


def test_the_elements_that_must_be_imported_are_marked() -> None:
    marked = set(re.findall(r"`(\w+\.js)` °", section("Elements")))
    always = set(re.findall(r'import "\./elements/(\w+\.js)"', (STATIC / "boot.js").read_text()))
    assert marked == {path.name for path in (STATIC / "elements").glob("*.js")} - always
