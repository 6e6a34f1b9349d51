"""A finding in the reader's words. Each language says everything, a test sees to it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from core.messaging.doctor.finding import Finding
from core.whatsapp.errors import explain, language

_LONGEST = 300


def told(finding: Finding, locale: str) -> dict[str, Any]:
    """`{check, state, title, detail, cure, act}`: what it is, what was seen, and what to click or change."""
    words = _words(language(locale))
    entry, values = words[finding.words], _values(finding, words["checks"], locale)
    return {"check": finding.check, "state": finding.state, "title": _filled(entry["title"], values),
            "detail": _filled(entry["detail"], values), "cure": _filled(entry.get("cure", ""), values) or None,
            "act": finding.act}  # fmt: skip


def examination_told(kept: Mapping[str, Any] | None, locale: str) -> dict[str, Any] | None:
    """A kept examination, `{at, findings}`, in the reader's words."""
    if kept is None:
        return None
    found: Iterable[Finding] = map(Finding.of, kept["findings"])
    return {"at": kept["at"], "findings": [told(finding, locale) for finding in found]}


def _values(finding: Finding, checks: Mapping[str, str], locale: str) -> Mapping[str, str]:
    values: dict[str, str] = defaultdict(str, check=checks[finding.check])
    values.update({name: value[:_LONGEST] for name, value in finding.values.items()})
    code = values.get("code", "")
    if code.isdecimal():
        error = explain(int(code), locale=locale)
        values.update(meta_title=error.title, meta_cause=error.cause, meta_cure=error.cure)
    return values


def _filled(words: str, values: Mapping[str, str]) -> str:
    return " ".join(words.format_map(values).split())


@cache
def _words(locale: str) -> dict[str, dict[str, str]]:
    text = files("core.messaging.doctor").joinpath("locale", f"{locale}.json").read_text("utf-8")
    found: dict[str, dict[str, str]] = json.loads(text)
    return found
