"""Make the words of the emoji picker: every emoji with its name and what people call it, in each of our languages.

For maintainers only: it needs npm.

    python tools/emojis.py          write plugins/inbox/static/emoji/data
    python tools/emojis.py --check  make them again and compare with what is committed

Names and keywords are those of Unicode (CLDR annotations, licence Unicode-3.0); order and groups are those of
unicode-emoji-json (MIT).
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.vendor import Package, unpack

DATA = Path(__file__).resolve().parent.parent / "plugins" / "inbox" / "static" / "emoji" / "data"
LOCALES = ("ar", "en", "fr")
NEWEST = 15.0
"""What came later is an empty box on the devices of many."""
WORDS = Package(
    "cldr-annotations-full", "48.2.0",
    "DV7A+rEcgUSNTRsVGNGqBZRmAkGfwhGHO5Q1dRwzBoBnVrHWp804JP7/QJdEc66iHmx3+zLWVIMCFLm0lW7PUQ==",
)
DERIVED = Package(
    "cldr-annotations-derived-full", "48.2.0",
    "log62km+AOzI7n/NEuNNFV0mg9DWnt67EYCh1RwxZq9dyRuyteB586LT83Ke8TchEfnwI9cIk2P31zO4nTvZmw==",
)
ORDER = Package(
    "unicode-emoji-json", "0.9.0",
    "HdrQW/7SdbXUsTd8uTATv7LvQJkCSgbAgRCDCtOhQ6xn3EAx+xZHQtRniOXWJK3ywIqPegkNhP4U4EbuFsiQng==",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = files(Path(folder))
    if arguments.check:
        wrong = [name for name, text in made.items() if (DATA / name).read_text("utf-8") != text]
        print("\n".join(f"{name} is not what tools/emojis.py makes" for name in wrong) or "the emojis are as made")
        return 1 if wrong else 0
    DATA.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (DATA / name).write_text(text, "utf-8")
        print(f"{name}  {len(text.encode()):,} bytes")
    return 0


def files(work: Path) -> dict[str, str]:
    for package in (WORDS, DERIVED, ORDER):
        unpack(package, work)
    modules = work / "node_modules"
    groups = json.loads((modules / ORDER.name / "data-by-group.json").read_text("utf-8"))
    licences = [f"{one.name} {one.version}\n{'=' * 72}\n{(modules / one.name / 'LICENSE').read_text('utf-8').strip()}\n"
                for one in (WORDS, DERIVED, ORDER)]
    told = {locale: words(modules / DERIVED.name / "annotationsDerived" / locale / "annotations.json")
            | words(modules / WORDS.name / "annotations" / locale / "annotations.json") for locale in LOCALES}
    return {"LICENSES.txt": "\n\n".join(licences)} | {
        f"{locale}.js": module(groups, told[locale]) for locale in LOCALES}


def words(path: Path) -> dict[str, Any]:
    (told,) = json.loads(path.read_text("utf-8")).values()
    found: dict[str, Any] = told["annotations"]
    return found


def module(groups: list[dict[str, Any]], told: dict[str, Any]) -> str:
    """`[[slug, [[emoji, "name|other words", has skin tones], …]], …]`, one line for each emoji."""
    lines = ["// Made by tools/emojis.py. Words: Unicode CLDR; see LICENSES.txt.", "export default ["]
    for group in groups:
        lines.append(f'["{group["slug"]}", [')
        lines += [line(emoji, told) for emoji in group["emojis"] if float(emoji["emoji_version"]) <= NEWEST]
        lines.append("]],")
    return "\n".join([*lines, "];", ""])


def line(emoji: dict[str, Any], told: dict[str, Any]) -> str:
    known = told.get(emoji["emoji"]) or told.get(emoji["emoji"].replace("\ufe0f", "")) or {}
    name = " ".join(known.get("tts", []))
    others = [word for word in known.get("default", []) if word != name]
    entry = [emoji["emoji"], "|".join([name, *others]), *([1] if emoji["skin_tone_support"] else [])]
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + ","


if __name__ == "__main__":
    raise SystemExit(main())
