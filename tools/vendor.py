"""Fetch the browser libraries that Comptoir ships, check them, and write them to core/web/static/vendor.

For maintainers only: it needs npm. Operators and plugin authors need neither npm nor Node.

    python tools/vendor.py          write the files
    python tools/vendor.py --check  build again and compare with what is committed
"""

import argparse
import base64
import filecmp
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "core" / "web" / "static"
ESBUILD = "0.28.2"


@dataclass(frozen=True)
class Package:
    """An npm package, pinned by version and by the SHA-512 of its tarball."""

    name: str
    version: str
    sha512: str


# lit-html from 3.3.1 leaves one comment node behind for each row that `repeat` removes (lit#5298): an inbox open all
# day grows without end. tests/web counts the nodes. Do not raise these two before that test passes with the new ones.
LIT = (
    Package(
        "lit", "3.3.0",
        "DGVsqsOIHBww2DqnuZzW7QsuCdahp50ojuDaBPC7jUDRpYoH0z7kHBBYZewRzer75FwtrkmkKk7iOAwSaWdBmw==",
    ),
    Package(
        "lit-html", "3.3.0",
        "RHoswrFAxY2d8Cf2mm4OZ1DgzCoBKUKSPvA1fhtSELxUERq2aQQ2h05pO9j81gS1o7RIRJ+CePLogfyahwmynw==",
    ),
    Package(
        "lit-element", "4.2.0",
        "MGrXJVAI5x+Bfth/pU9Kst1iWID6GHDLEzFEnyULB/sFiRLgkd8NPK/PeeXxktA3T6EIIaq8U3KcbTU5XFcP2Q==",
    ),
    Package(
        "@lit/reactive-element", "2.1.0",
        "L2qyoZSQClcBmq0qajBVbhYEcG6iK0XfLn66ifLe/RfC0/ihpc+pl0Wdn8bJ8o+hj38cG0fGXRgSS20MuXn7qA==",
    ),
)
VIRTUAL = Package(
    "@tanstack/virtual-core", "3.19.11",
    "/5iHb0RHBvj8Di59FDs4ESNm45jls33aZAi4zccVXZjc/6ZvwQP6nzEYeT6weXjTf9E6/vrp2JhYWRyO+ZP13A==",
)
ICONS = Package(
    "lucide-static", "1.62.0",
    "WBZA/m2PvkFpMGHDtsBck5P2A9G4ehLlYu4GwwICcmEm1BvYVgj00lCDxKRWLlbMlOibLaiwdQ88G5pHkSWgwA==",
)

# unsafeHTML and styleMap are left out on purpose: the first opens a door to markup from customers, the second sets
# the style attribute, which the content security policy refuses.
LIT_MODULES = (
    "lit", "lit/directives/cache.js", "lit/directives/class-map.js", "lit/directives/guard.js",
    "lit/directives/if-defined.js", "lit/directives/keyed.js", "lit/directives/live.js", "lit/directives/ref.js",
    "lit/directives/repeat.js", "lit/directives/until.js", "lit/directives/when.js",
)
ICON_NAMES = (
    "inbox", "users", "user", "user-plus", "user-check", "message-circle", "message-square", "send-horizontal",
    "search", "x", "check", "check-check", "clock", "clock-3", "circle-alert", "circle-help", "triangle-alert",
    "rotate-cw", "reply",
    "paperclip", "file", "file-text", "image", "image-off", "mic", "video", "sticker", "map-pin", "phone", "contact",
    "list", "mouse-pointer-click", "smile", "ellipsis", "ellipsis-vertical", "chevron-down", "chevron-left",
    "chevron-right", "arrow-left", "arrow-down", "arrow-up", "plus", "pencil", "trash-2", "settings", "log-out",
    "languages", "sun", "moon", "monitor", "wifi-off", "bell", "bell-off", "archive", "archive-restore", "package",
    "chart-column", "layout-dashboard", "layout-template", "sparkles", "shield", "plug", "puzzle", "pin", "tag",
    "sticky-note", "keyboard", "panel-right", "panel-right-close", "download", "external-link", "copy", "info",
    "lock", "hash", "globe", "calendar", "star", "building-2", "circle-check", "circle-slash", "bot", "zap", "workflow",
    "eye", "eye-off", "key-round", "fingerprint-pattern", "smartphone", "laptop", "shield-check", "shield-alert",
    "mail", "refresh-cw", "link", "user-minus", "funnel", "stethoscope", "activity", "server", "ban", "pause", "play",
    "scroll-text", "minus", "log-in", "arrow-right", "upload", "qr-code", "database", "palette", "code", "webhook",
    "timer", "undo-2", "unplug",
)


def main() -> int:
    """Exit 0 when written, or when --check finds no difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        built = work / "static"
        build(work, built)
        return compare(built) if arguments.check else install(built)


def build(work: Path, built: Path) -> None:
    (built / "vendor").mkdir(parents=True)
    for package in (*LIT, VIRTUAL, ICONS):
        unpack(package, work)
    run(["npm", "install", "--silent", "--no-save", "--prefix", str(work / "esbuild"), f"esbuild@{ESBUILD}"], work)
    (work / "lit.js").write_text("".join(f'export * from "{module}";\n' for module in LIT_MODULES))
    (work / "virtual.js").write_text(f'export * from "{VIRTUAL.name}";\n')
    bundle(work, "lit.js", built / "vendor" / f"lit-{LIT[0].version}.js")
    bundle(work, "virtual.js", built / "vendor" / f"virtual-core-{VIRTUAL.version}.js")
    write_licences(work, built / "vendor" / "LICENSES.txt")
    write_sprite(work, built / "icons.svg")
    write_bill(built / "vendor" / "vendored.json")


def unpack(package: Package, work: Path) -> None:
    name = run(["npm", "pack", "--silent", f"{package.name}@{package.version}"], work).strip().splitlines()[-1]
    archive = work / name
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != package.sha512:
        sys.exit(f"{package.name} {package.version}: SHA-512 is {digest}, expected {package.sha512}. Do not use it.")
    target = work / "node_modules" / package.name
    target.mkdir(parents=True)
    with tarfile.open(archive) as tar:
        tar.extractall(work / "unpacked" / package.name, filter="data")
    target.rmdir()
    (work / "unpacked" / package.name / "package").rename(target)


def bundle(work: Path, entry: str, output: Path) -> None:
    run([str(work / "esbuild/node_modules/.bin/esbuild"), entry, "--bundle", "--format=esm", "--minify",
         "--target=es2022", "--legal-comments=inline", f"--outfile={output}"], work)


def write_licences(work: Path, output: Path) -> None:
    parts = []
    for package in (*LIT, VIRTUAL, ICONS):
        text = (work / "node_modules" / package.name / "LICENSE").read_text().strip()
        parts.append(f"{package.name} {package.version}\n{'=' * 72}\n{text}\n")
    output.write_text("\n\n".join(parts))


def write_sprite(work: Path, output: Path) -> None:
    symbols = []
    for name in sorted(ICON_NAMES):
        text = (work / "node_modules" / ICONS.name / "icons" / f"{name}.svg").read_text()
        inner = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
        shapes = " ".join(inner.split())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    comment = f"<!-- {ICONS.name} {ICONS.version}, ISC licence, see vendor/LICENSES.txt -->"
    output.write_text('<svg xmlns="http://www.w3.org/2000/svg">\n' + comment + "\n" + "\n".join(symbols) + "\n</svg>\n")


def write_bill(output: Path) -> None:
    bill = [{"name": p.name, "version": p.version, "sha512": p.sha512} for p in (*LIT, VIRTUAL, ICONS)]
    output.write_text(json.dumps({"packages": bill, "esbuild": ESBUILD}, indent=1) + "\n")


def install(built: Path) -> int:
    (STATIC / "vendor").mkdir(parents=True, exist_ok=True)
    for stale in (STATIC / "vendor").iterdir():
        stale.unlink()
    for path in made_files(built):
        (STATIC / path).write_bytes((built / path).read_bytes())
        print(f"{path}  {(built / path).stat().st_size:,} bytes")
    return 0


def compare(built: Path) -> int:
    changed = [p for p in made_files(built) if not same(STATIC / p, built / p)]
    for path in changed:
        print(f"{path} is not what tools/vendor.py makes; run it and commit the result")
    return 1 if changed else 0


def same(committed: Path, made: Path) -> bool:
    return committed.exists() and filecmp.cmp(committed, made, shallow=False)


def made_files(built: Path) -> list[Path]:
    return sorted(path.relative_to(built) for path in built.rglob("*") if path.is_file())


def run(command: list[str], directory: Path) -> str:
    return subprocess.run(command, cwd=directory, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - fixed commands


if __name__ == "__main__":
    raise SystemExit(main())
