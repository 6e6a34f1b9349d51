import ast
import json
import re
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from core.messaging import doctor
from core.messaging.doctor.finding import CHECKS, Finding
from core.messaging.doctor.words import examination_told, told
from core.whatsapp.errors import LOCALES

HERE = Path(doctor.__file__).parent


def words(locale: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(
        files("core.messaging.doctor").joinpath("locale", f"{locale}.json").read_text("utf-8"))
    return found


def named_in_code() -> set[str]:
    """Every string in the code that has the form of a finding's words."""
    form = re.compile(r"(any|" + "|".join(CHECKS) + r")\.[a-z_]+")
    nodes = (node for path in HERE.glob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {text for text in texts if form.fullmatch(text)}


def test_every_finding_named_in_the_code_has_words() -> None:
    assert named_in_code() - words("en").keys() == set()


@pytest.mark.parametrize("locale", ["fr", "ar"])
def test_every_language_says_everything_with_the_same_values(locale: str) -> None:
    theirs, ours = words(locale), words("en")
    assert theirs.keys() == ours.keys()
    for key in ours.keys() - {"checks"}:
        assert theirs[key].keys() == ours[key].keys(), key
        for part in ours[key]:
            assert _values(theirs[key][part]) == _values(ours[key][part]), (key, part)
            assert theirs[key][part].strip() == theirs[key][part] != ""


def _values(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("locale", LOCALES)
def test_whatever_is_not_well_has_a_cure(locale: str) -> None:
    well = {"token.ok", "number.ok", "waba.ok", "subscribed.ok", "fields.ok", "override.ok", "app_secret.ok",
            "clock.ok", "round_trip.ok"}  # fmt: skip
    found = words(locale)
    assert {key for key in found.keys() - {"checks"} if "cure" not in found[key]} == well
    assert found["checks"].keys() == set(CHECKS)


def test_a_refusal_of_metas_is_explained_by_its_code() -> None:
    finding = Finding("waba", "failed", "any.refused", {"code": "131031", "details": "Locked."})
    french: dict[str, Any] = told(finding, "fr-CA")
    assert french["title"] == "Compte WhatsApp : refusé par Meta (code 131031)"
    assert "verrouillé ou restreint" in french["detail"]
    assert "WhatsApp Manager" in french["cure"]


def test_values_are_text_and_never_wording() -> None:
    finding = Finding("waba", "ok", "waba.ok", {"name": "{waba_id} {0} %s" + "x" * 1000})
    assert told(finding, "en")["detail"] == "{waba_id} {0} %s" + "x" * 284


def test_an_examination_is_kept_in_no_language_and_told_in_any() -> None:
    finding = Finding("subscribed", "failed", "subscribed.nobody", act="subscribe")
    kept = json.loads(json.dumps({"at": "2026-11-26T08:00:00+00:00", "findings": [finding.as_json()]}))
    assert examination_told(kept, "ar") == {"at": "2026-11-26T08:00:00+00:00", "findings": [told(finding, "ar")]}
    assert examination_told(None, "ar") is None
