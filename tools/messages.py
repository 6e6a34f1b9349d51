"""Collect every text a person can read and keep the catalogues in step with the sources.

    python tools/messages.py          add new messages to the .po files, drop those no source has
    python tools/messages.py --check  exit 1 when a message is missing or has no translation

Browser modules by a regular expression: Babel's JavaScript extractor misses strings inside nested html`` templates.
Templates and Python by Babel. English is written out too, so that a test can tell "same word" from "forgotten".
"""

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
STRING = r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`$]*`)"""
CALL = re.compile(rf"(?<![\w.$])(tn|t)\(\s*{STRING}\s*(?:,\s*{STRING})?")
TEMPLATE = re.compile(rf"(?<![\w.$])_\(\s*{STRING}\s*\)")
LOCALES = ("ar", "en", "fr")
Message = str | tuple[str, str]

# Catalogue → where its texts stand. A plugin's own Python texts are in its messages.po; these are its screens'.
SOURCES: dict[Path, tuple[str, ...]] = {
    ROOT / "core/web/locale/{}/LC_MESSAGES/messages.po": ("core/web/static/**/*.js", "core/web/templates/*.html"),
    ROOT / "core/web/locale/{}/LC_MESSAGES/entrance.po": ("core/web/templates/entrance/*.html",),
    ROOT / "core/mail/locale/{}/LC_MESSAGES/mail.po": ("core/mail/wordings.py",),
    ROOT / "core/people/locale/{}/LC_MESSAGES/people.po": ("core/people/wordings.py",),
    ROOT / "plugins/inbox/locale/{}/LC_MESSAGES/screens.po": ("plugins/inbox/static/**/*.js",),
    ROOT / "plugins/contacts/locale/{}/LC_MESSAGES/screens.po": ("plugins/contacts/static/**/*.js",),
    ROOT / "plugins/settings/locale/{}/LC_MESSAGES/screens.po": ("plugins/settings/static/**/*.js",),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    problems = [problem for pattern, sources in SOURCES.items() for locale in LOCALES
                for problem in update(Path(str(pattern).format(locale)), locale, sources, check)]
    print("\n".join(problems) or "every message is translated")
    return 1 if problems else 0


def update(path: Path, locale: str, sources: tuple[str, ...], check: bool) -> list[str]:
    """Messages without a translation, after writing the file unless `check`."""
    old = read(path, locale)
    # Without a date of its own: two branches that add words would differ there too.
    fresh = Catalog(locale=locale, project="comptoir", charset="utf-8", fuzzy=False, creation_date=old.creation_date)
    fresh.plural_forms  # noqa: B018 - filled from the locale
    for message, places in sorted(messages(sources).items(), key=lambda item: str(item[0])):
        known = old.get(message if isinstance(message, str) else message[0])
        fresh.add(message, known.string if known else None, locations=[(place, 0) for place in sorted(places)])
    if not check:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, fresh, width=120, omit_header=False, sort_output=True)
    return [f"{path.relative_to(ROOT)}: {message.id!r}" for message in (old if check else fresh)
            if message.id and not complete(message.string)] + absent(path, old, fresh, check)


def absent(path: Path, old: Catalog, fresh: Catalog, check: bool) -> list[str]:
    return [f"{path.relative_to(ROOT)} lacks {message.id!r}" for message in fresh
            if check and message.id and old.get(key(message.id)) is None]


def complete(translation: str | tuple[str, ...] | list[str] | None) -> bool:
    return bool(translation) and (isinstance(translation, str) or all(translation or ()))


def key(identifier: str | list[str] | tuple[str, ...]) -> str:
    return identifier if isinstance(identifier, str) else identifier[0]


def read(path: Path, locale: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=locale)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def messages(sources: tuple[str, ...]) -> dict[Message, set[str]]:
    found: dict[Message, set[str]] = {}
    for path in sorted(path for source in sources for path in ROOT.glob(source) if "vendor" not in path.parts):
        for message in extract(path.read_text(encoding="utf-8"), marked=path.suffix in (".html", ".py")):
            found.setdefault(message, set()).add(str(path.relative_to(ROOT)))
    return found


def extract(text: str, *, marked: bool = False) -> Iterator[Message]:
    """The messages of a browser module, or those marked by `_(…)` in a template or in Python."""
    if marked:
        yield from (ast.literal_eval(match[1]) for match in TEMPLATE.finditer(text))
        return
    code = re.sub(r"^\s*(/\*\*|\*|//).*$", "", text, flags=re.MULTILINE)
    for match in CALL.finditer(code):
        if match[1] == "tn":
            yield literal(match[2]), literal(match[3])
        else:
            yield literal(match[2])


def literal(quoted: str) -> str:
    return str(ast.literal_eval(f'"""{quoted[1:-1]}"""' if quoted[0] == "`" else quoted))


if __name__ == "__main__":
    raise SystemExit(main())
