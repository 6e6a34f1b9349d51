"""Which of our languages a request is answered in, and which way it is written."""

from typing import Literal

from quart import Request

Locale = Literal["ar", "fr", "en"]
LOCALES: tuple[Locale, ...] = ("en", "fr", "ar")
NAMES: dict[Locale, str] = {"en": "English", "fr": "Français", "ar": "العربية"}
COOKIE = "comptoir_locale"


def wish(request: Request) -> Locale | None:
    """The language asked for now (?lang=), else the one last used in this browser."""
    return asked(request) or habit(request)


def asked(request: Request) -> Locale | None:
    """It wins over the member's."""
    return as_locale(request.args.get("lang"))


def habit(request: Request) -> Locale | None:
    """For members who have chosen no language, and for strangers."""
    return as_locale(request.cookies.get(COOKIE))


def choose(request: Request) -> Locale:
    """For whoever is not logged in: their wish, else what their browser prefers."""
    return wish(request) or as_locale(request.accept_languages.best_match(LOCALES)) or "en"


def as_locale(word: str | None) -> Locale | None:
    return next((locale for locale in LOCALES if locale == word), None)


def direction(locale: str) -> Literal["rtl", "ltr"]:
    return "rtl" if locale == "ar" else "ltr"
