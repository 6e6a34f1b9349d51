"""The arrows between rooms, checked by import-linter; and what plugins import, by reading them."""

import ast
import subprocess
import sysconfig
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PLUGIN_FILES = sorted(path for path in (CHECKOUT / "plugins").rglob("*.py") if "tests" not in path.parts)
_ALLOWED = {"comptoir_sdk", "quart", "tortoise", "pydantic"}


def test_imports_point_downwards_only() -> None:
    lint = Path(sysconfig.get_path("scripts")) / "lint-imports"
    done = subprocess.run([lint, "--no-cache"], cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", PLUGIN_FILES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_a_plugin_imports_the_sdk_and_itself(path: Path) -> None:
    import sys

    own = path.relative_to(CHECKOUT).parts[1]
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else \
            [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            first = name.split(".")[0]
            assert first in _ALLOWED or first in sys.stdlib_module_names or name.startswith(f"plugins.{own}"), name
