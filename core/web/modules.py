"""Which modules a page needs before it can run, read from the modules themselves.

Without a bundler depth costs round trips, so the document names them all to be fetched at once; and only them, so that
what a page does not use is not fetched before it is.
"""

import re
from collections.abc import Iterable, Mapping
from posixpath import dirname, join, normpath

# `import x from "y"`, `import "y"`, `export { x } from "y"`; an import(…) or bring(…) is one that may come later.
STATIC = re.compile(r"""^\s*(?:import|export)\b(?:[^"';]*?\bfrom)?\s*["']([^"']+)["']""", re.MULTILINE)
LATER = re.compile(r"""\b(?:import\(|bring\(import\.meta,)\s*["']([^"']+)["']\s*\)""")


def needed(entries: Iterable[str], sources: Mapping[str, bytes], imports: Mapping[str, str], *,
           later: bool = False) -> list[str]:
    """The URLs of `entries` and of all they import. `imports` is the import map; what `sources` lacks is left out.

    `later`: with what they may import while they run.
    """
    found: dict[str, None] = {}
    waiting = list(entries)
    while waiting:
        url = waiting.pop()
        if url in sources and url not in found:
            found[url] = None
            source = sources[url].decode()
            names = STATIC.findall(source) + (LATER.findall(source) if later else [])
            waiting += [resolved(name, url, imports) for name in names]
    return sorted(found)


def resolved(name: str, importer: str, imports: Mapping[str, str]) -> str:
    """As a browser does: by the longest matching entry of the import map, else relative to the importing module."""
    if name.startswith((".", "/")):
        return normpath(join(dirname(importer), name))
    if name in imports:
        return imports[name]
    prefix = max((one for one in imports if one.endswith("/") and name.startswith(one)), key=len, default="")
    return imports[prefix] + name.removeprefix(prefix) if prefix else name
