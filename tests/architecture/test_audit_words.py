"""What the kernel writes into the audit log, people can read: every action has its words on the screen."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
WORDS = (ROOT / "plugins/settings/static/audit-words.js").read_text(encoding="utf-8")
# Files that write entries also name events and permissions in this form.
ELSE = {"account.stopped", "account.token_dead", "contact.detail", "contact.saved", "conversation.detail",
        "members.manage", "tag.saved", "team.saved"}


def named() -> Iterator[str]:
    """Every noun.verb in a file that writes into the audit log."""
    for path in (ROOT / "core").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if not re.search(r"audit\.record(_for)?\(|\brecord_for\(", source) or "numbers/connect" in path.as_posix():
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and ACTION.fullmatch(str(node.value)):
                yield str(node.value)


def test_every_action_of_the_kernel_has_words() -> None:
    actions = {action for action in named() if not action.endswith((".read", ".manage", ".delete"))} - ELSE
    assert len(actions) > 40
    assert sorted(action for action in actions if f'"{action}":' not in WORDS) == []
