"""What the SQL of a migration would do to what is not the plugin's. What hides on purpose, hides."""

import re
from collections.abc import Iterator
from typing import Final

_COMMENT: Final = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_TEXT: Final = re.compile(r"'(?:[^']|'')*'")
_NAME: Final = r"(?:if (?:not )?exists )?(?:only )?([\w.]+)"
_LIST: Final = r"(?:if exists )?(?:only )?([\w.]+(?: ?, ?[\w.]+)*)"
_TOUCHED: Final = [re.compile(pattern) for pattern in (
    rf"\balter table {_NAME}", rf"\bcreate (?:\w+ )?table {_NAME}", rf"\bdrop (?:table|view) {_LIST}",
    rf"\btruncate (?:table )?{_LIST}", rf"\block (?:table )?{_LIST}", rf"\binsert into {_NAME}",
    rf"\bupdate {_NAME} (?:as \w+ )?set\b", rf"\bdelete from {_NAME}", rf"\bmerge into {_NAME}",
    rf"\bcopy {_NAME}", rf"\breferences {_NAME}",
    rf"\bindex (?:concurrently )?(?:if not exists )?(?:\w+ )?on {_NAME}", rf"\btrigger \w+ [^;]*? on {_NAME}",
    rf"\bpolicy \w+ on {_NAME}", rf"\b(?:cluster|vacuum(?: full)?|reindex table(?: concurrently)?) {_NAME}",
    rf"\b(?:drop|alter) index (?:concurrently )?{_NAME}", rf"\b(?:drop|alter) sequence {_NAME}",
)]  # fmt: skip
_NOT_ITS_OWN: Final = re.compile(
    r"\b(?:(?:create|alter|drop) (?:policy|role|user|schema|database|extension|event trigger|publication)\b"
    r"|(?:disable|no force) row level security|grant\b|revoke\b|security definer|owner to|set (?:session )?role\b"
    r"|(?:drop|reassign) owned|disable (?:trigger|rule)|session_replication_role|session authorization)[^;]*")
_HIDDEN: Final = re.compile(r"\bdo (?:language \w+ )?\$|\bexecute\b")


def plain(sql: str) -> str:
    """In lower case, without comments, texts, quotes and the schema that is everybody's."""
    text = _TEXT.sub("''", _COMMENT.sub(" ", sql)).replace('"', "").lower()
    return re.sub(r"\s+", " ", text).replace("public.", "").strip()


def harm(sql: str, prefix: str) -> Iterator[str]:
    """What it does to tables that do not start with the prefix, and to walls and rights."""
    text = plain(sql)
    tables = [name for pattern in _TOUCHED for found in pattern.findall(text) for name in re.split(" ?, ?", found)]
    yield from (f"it touches the table {name}, which is not its own" for name in dict.fromkeys(tables)
                if not name.startswith(prefix))
    yield from (f"`{found[0].strip()[:60]}`: walls and rights are the kernel's"
                for found in _NOT_ITS_OWN.finditer(text))


def hidden(sql: str) -> Iterator[str]:
    """What nobody can judge by reading."""
    if found := _HIDDEN.search(plain(sql)):
        yield f"`{found[0]}` hides what it does: write the statements themselves"
