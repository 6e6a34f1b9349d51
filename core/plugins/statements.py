"""What the SQL of a migration would do to what is not the plugin's. What hides on purpose, hides."""

import re
from collections.abc import Iterator
from typing import Final

_COMMENT: Final = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_TEXT: Final = re.compile(r"'(?:[^']|'')*'")
_NAME: Final = r"(?:if (?:not )?exists )?(?:only )?([\w.]+)"
_LIST: Final = r"(?:if exists )?(?:only )?([\w.]+(?: ?, ?[\w.]+)*)"
_SIGNED: Final = r"[\w.]+(?: ?\([^()]*\))?"
_FUNCTION: Final = r"(?:function|procedure|routine|aggregate) (?:if exists )?"
_VIEW: Final = r"(?:recursive |materialized )?view "
# Words that may name a column elsewhere. In a function's body a statement may follow one of these.
_FIRST: Final = r"(?:^|; ?|\$ ?|\b(?:begin|then|else|loop) )"
_TOUCHED: Final = {kind: [re.compile(pattern) for pattern in patterns] for kind, patterns in {"table": (
    rf"\balter table {_NAME}", rf"\bcreate (?:\w+ )?table {_NAME}", rf"\bdrop (?:table|sequence|type) {_LIST}",
    rf"{_FIRST}truncate (?:table )?{_LIST}", rf"{_FIRST}lock (?:table )?{_LIST}", rf"\binsert into {_NAME}",
    rf"\bupdate {_NAME}(?: \*)?(?: as)?(?: \w+)? set\b", rf"\bdelete from {_NAME}", rf"\bmerge into {_NAME}",
    rf"{_FIRST}copy {_NAME}", rf"\breferences {_NAME}",
    rf"\bindex (?:concurrently )?(?:if not exists )?(?:\w+ )?on {_NAME}",
    rf"\b(?:create (?:or replace )?(?:constraint )?|alter |drop )trigger (?:if exists )?\w+ (?:[^;]*? )?on {_NAME}",
    rf"\brule (?:if exists )?\w+ (?:as on \w+ to|on) {_NAME}", rf"\bpolicy \w+ on {_NAME}",
    rf"{_FIRST}(?:cluster|vacuum(?: full)?|reindex table(?: concurrently)?) {_NAME}",
    rf"\bdrop index (?:concurrently )?{_LIST}", rf"\balter (?:index|sequence|type) {_NAME}",
), "view": (
    rf"\bcreate (?:or replace )?(?:temp(?:orary)? )?{_VIEW}{_NAME}", rf"\balter {_VIEW}{_NAME}",
    rf"\bdrop {_VIEW}{_LIST}", rf"\brefresh {_VIEW}(?:concurrently )?{_NAME}",
), "function": (
    rf"\bcreate (?:or replace )?{_FUNCTION}{_NAME}", rf"\balter {_FUNCTION}{_NAME}",
    rf"\bdrop {_FUNCTION}({_SIGNED}(?: ?, ?{_SIGNED})*)",
)}.items()}  # fmt: skip
_NOT_ITS_OWN: Final = re.compile(
    r"\b(?:(?:create|alter|drop) (?:policy|role|user|schema|database|extension|event trigger|publication)\b"
    r"|(?:disable|no force) row level security|grant\b|revoke\b|security definer|owner to|set (?:session )?role\b"
    r"|(?:drop|reassign) owned|disable (?:trigger|rule)|session_replication_role|session authorization)[^;]*")
_HIDDEN: Final = re.compile(r"\bdo (?:language \w+ )?\$|\bexecute\b(?! (?:function|procedure)\b)")


def plain(sql: str) -> str:
    """In lower case, without comments, texts, quotes and the schema that is everybody's."""
    text = _TEXT.sub("''", _COMMENT.sub(" ", sql)).replace('"', "").lower()
    text = re.sub(r" ?\. ?", ".", re.sub(r"\s+", " ", text))
    return re.sub(r"\bpublic\.", "", text).strip()


def _touched(text: str) -> Iterator[tuple[str, str]]:
    for kind, patterns in _TOUCHED.items():
        for found in (found for pattern in patterns for found in pattern.findall(text)):
            yield from ((kind, name.strip()) for name in re.sub(r"\([^()]*\)", "", found).split(","))


def harm(sql: str, prefix: str) -> Iterator[str]:
    """What it does to tables, views and functions that do not start with the prefix, and to walls and rights."""
    text = plain(sql)
    yield from (f"it touches the {kind} {name}, which is not its own" for kind, name in dict.fromkeys(_touched(text))
                if not name.startswith(prefix))
    yield from (f"`{found[0].strip()[:60]}`: walls and rights are the kernel's"
                for found in _NOT_ITS_OWN.finditer(text))


def hidden(sql: str) -> Iterator[str]:
    """What nobody can judge by reading."""
    if found := _HIDDEN.search(plain(sql)):
        yield f"`{found[0]}` hides what it does: write the statements themselves"
