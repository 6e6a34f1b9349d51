import json
from importlib.resources import files

import pytest

from core.whatsapp.error_codes import CODES
from core.whatsapp.errors import LOCALES, RetryClass, explain, lookup

KEYS = {key for _, key in CODES.values()} | {lookup(10)[1], lookup(None)[1]}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_explanation_is_whole_in_every_language_and_none_is_unused(locale: str) -> None:
    words = json.loads(files("core.whatsapp").joinpath("locale", f"{locale}.json").read_text("utf-8"))
    assert set(words) == KEYS
    for key, entry in words.items():
        assert set(entry) == {"title", "cause", "cure"}, key
        assert all(text.strip() == text and text for text in entry.values()), key


def test_no_explanation_was_left_in_english() -> None:
    for code in [None, 10, *CODES]:
        english, french, arabic = (explain(code, locale=locale) for locale in ("en", "fr", "ar"))
        assert len({english.cause, french.cause, arabic.cause}) == 3, code
        assert any("\u0600" <= char <= "\u06ff" for char in arabic.cure), code


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (190, "T"), (0, "T"), (10, "T"), (200, "T"), (299, "T"), (131005, "T"), (130429, "A"),
        (131056, "A"), (80007, "A"), (131049, "D"), (131047, "F"), (131026, "F"), (100, "F"), (1, "B"), (2, "B"),
        (131000, "B"), (131016, "B"), (131057, "A"), (132001, "F"), (138012, "D"), (139102, "A"), (131208, "A"),
        (424242, "F"), (None, "F"),
    ],
)  # fmt: skip
def test_a_code_says_what_may_be_tried_next(code: int | None, kind: str) -> None:
    assert explain(code).retry_class is RetryClass(kind)


@pytest.mark.parametrize(
    ("locale", "language"), [("fr-CA", "fr"), ("ar_MA", "ar"), ("FR", "fr"), ("de", "en"), ("", "en")]
)
def test_a_reader_gets_the_nearest_language(locale: str, language: str) -> None:
    assert explain(131047, locale=locale) == explain(131047, locale=language)


def test_metas_own_words_are_kept() -> None:
    assert explain(131047, "More than 24 hours").details == "More than 24 hours"
