"""Which of our languages a request is answered in, and which way it is written."""

from typing import Literal

from quart import Request

Locale = Literal["ar", "fr", "en"]
LOCALES: tuple[Locale, ...] = ("en", "fr", "ar")
NAMES: dict[Locale, str] = {"en": "English", "fr": "Français", "ar": "العربية"}
COOKIE = "comptoir_locale"


def choose(request: Request, member_locale: str | None = None) -> Locale:
    """The language asked for now (?lang=), else chosen earlier here, else the member's, else the browser's."""
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE), member_locale):
        known = as_locale(wish)
        if known:
            return known
    return as_locale(request.accept_languages.best_match(LOCALES)) or "en"


def as_locale(word: str | None) -> Locale | None:
    return next((locale for locale in LOCALES if locale == word), None)


def direction(locale: str) -> Literal["rtl", "ltr"]:
    return "rtl" if locale == "ar" else "ltr"
