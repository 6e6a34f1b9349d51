"""What the browser side must not contain, and no general linter knows. Prints file:line, exits 1.

    python tools/lint_ui.py [file …]
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("core/web/static/**/*.js", "core/web/static/*.css", "core/web/templates/**/*.html",
           "plugins/*/static/**/*.js", "plugins/*/templates/**/*.html", "sdk/comptoir_sdk/**/templates/**/*.html")
Finding = tuple[int, str]

FORBIDDEN = (
    # Both set the style attribute, which the content security policy refuses; .style=${…} goes through the CSSOM.
    (re.compile(r"(?<![.\w])style=(\$\{|\")"), "style attribute: use .style=${…} or a class"),
    (re.compile(r"\bstyleMap\b"), "styleMap sets the style attribute: use .style=${…}"),
    # A customer's message must never become markup.
    (re.compile(r"\bunsafe(HTML|SVG|CSS)\b"), "unsafe markup"),
    (re.compile(r"\.(inner|outer)HTML\s*=|insertAdjacentHTML|document\.write"), "markup from a string"),
    (re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"'$]"), "inline event handler: the policy refuses it"),
    (re.compile(r"\beval\(|new Function\("), "evaluation: the policy refuses it"),
)
# Fragments are built by the plugin's own server, through a Trusted Types policy.
ALLOWED = {("core/web/static/elements/fragment.js", "markup from a string")}
PHYSICAL = re.compile(
    r"(?<![-\w])((margin|padding|border|inset)-(left|right|top|bottom)[\w-]*|left|right|top|bottom|(min-|max-)?(width|height))\s*:"
    r"|text-align:\s*(left|right)|(?<![-\w])float:")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(rgba?|hsla?|hwb|lab|lch)\(|\bokl(ab|ch)\(\s*[\d.]")
CSS = re.compile(r"css`([^`]*)`")
MEDIA = re.compile(r"@(media|container)[^{]*")
SPOKEN = re.compile(r"\b(aria-label|placeholder|title|alt|label|heading|text|hint)=\"[^\"$]*[A-Za-z]{2,}")
DEFINED = re.compile(r"(?:customElements\.)?define\(\s*[\"']([\w-]+)[\"']")


def main(arguments: list[str]) -> int:
    paths = [Path(argument).resolve() for argument in arguments] or sources()
    findings = [(path, line, words) for path in paths for line, words in lint(path)]
    for path, line, words in findings:
        print(f"{path.relative_to(ROOT)}:{line}: {words}")
    return 1 if findings else 0


def sources() -> list[Path]:
    return sorted(path for source in SOURCES for path in ROOT.glob(source) if "vendor" not in path.parts)


def lint(path: Path) -> list[Finding]:
    """What is wrong in one file, by line."""
    name, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    findings = [(line, words) for line, words in forbidden(text) if (name, words) not in ALLOWED]
    findings += list(styles(path, text))
    if path.suffix == ".js":
        findings += list(untranslated(text)) + list(tags(name, text))
    if path.suffix == ".html":
        findings += list(template(name, text))
    return sorted(findings)


def forbidden(text: str) -> Iterator[Finding]:
    for pattern, words in FORBIDDEN:
        yield from ((line_of(text, match.start()), words) for match in pattern.finditer(text))


def styles(path: Path, text: str) -> Iterator[Finding]:
    """Physical directions break Arabic; colours belong to the tokens, where contrast is tested."""
    sheets = [(0, text)] if path.suffix == ".css" else [(match.start(1), match[1]) for match in CSS.finditer(text)]
    for start, sheet in sheets:
        plain = MEDIA.sub(lambda match: " " * len(match[0]), sheet)
        for match in PHYSICAL.finditer(plain):
            yield line_of(text, start + match.start()), f"physical CSS: {match[0].strip()}"
        for match in COLOUR.finditer(plain) if path.name != "tokens.css" else ():
            yield line_of(text, start + match.start()), f"colour outside tokens.css: {match[0]}"


def untranslated(text: str) -> Iterator[Finding]:
    for start, markup in templates(text):
        for match in SPOKEN.finditer(markup):
            yield line_of(text, start), f"untranslated attribute: {match[0]}"
        words = re.sub(r"<style>.*?</style>|<(?:[^<>\"]|\"[^\"]*\")*>", " ", markup, flags=re.DOTALL)
        for match in re.finditer(r"[A-Za-z]{2,}[^\x00<]*", words):
            yield line_of(text, start), f"untranslated text: {match[0].strip()}"


def templates(text: str) -> Iterator[tuple[int, str]]:
    """Every html`` template, nested ones apart; each ${…} becomes U+0000."""
    for match in re.finditer(r"html`", text):
        yield match.start(), markup_at(text, match.end())


def markup_at(text: str, position: int) -> str:
    parts: list[str] = []
    while position < len(text) and text[position] != "`":
        if text.startswith("${", position):
            position = after_expression(text, position + 2)
            parts.append("\0")
        else:
            parts.append(text[position])
            position += 1
    return "".join(parts)


def after_expression(text: str, position: int) -> int:
    depth = 1
    while depth:
        character = text[position]
        if character == "`":
            position = after_template(text, position + 1)
            continue
        depth += {"{": 1, "}": -1}.get(character, 0)
        position += 1
    return position


def after_template(text: str, position: int) -> int:
    while text[position] != "`":
        position = after_expression(text, position + 2) if text.startswith("${", position) else position + 1
    return position + 1


def tags(name: str, text: str) -> Iterator[Finding]:
    """ui-* is the stable surface, x-* is private, a plugin's elements carry its name."""
    plugin = name.split("/")[1] if name.startswith("plugins/") else ""
    allowed = (f"{plugin.replace('_', '-')}-",) if plugin else ("ui-", "x-")
    for match in DEFINED.finditer(text):
        if not match[1].startswith(allowed):
            yield line_of(text, match.start()), f"element <{match[1]}> is not named {' or '.join(allowed)}…"


def template(name: str, text: str) -> Iterator[Finding]:
    if name.startswith("plugins/"):
        for match in re.finditer(r"\|\s*safe\b", text):
            yield line_of(text, match.start()), "|safe in a plugin's template"
    if re.search(r"<style\b", text):
        yield 1, "inline style element: the policy refuses it"


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
