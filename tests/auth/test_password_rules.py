import pytest

from core.auth.password_rules import check_password
from core.errors import Invalid

EMAIL = "amine@atlas.ma"


@pytest.mark.parametrize("password", [
    "correct horse", "une phrase de chez nous", "مفتاح بيتنا القديم", "x7#kQ9!p", "motdepasse de la maison",
    "12345678901a", "x" * 1023 + "y", "amine@atlas.ma et plus",
])  # fmt: skip
def test_a_few_words_of_ones_own_are_a_password(password: str) -> None:
    check_password(password, email=EMAIL)


@pytest.mark.parametrize("password", [
    "", "short", "1234567", "x" * 1025, "password", "PassWord", "password123", "P@ssw0rd!", "Motdepasse2026!",
    "azertyuiop", "Bonjour123", "12345678", "00000000", "        ", "aaaaaaaaaaaa", "ZZZZZZZZ", "amine@atlas.ma",
    "AMINE@atlas.ma",
    "Casablanca2026", "whatsapp1", "comptoir", "Inchallah!",
])  # fmt: skip
def test_what_is_tried_first_is_refused_with_what_to_do(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(password, email=EMAIL)
    assert refused.value.extra["errors"][0]["loc"] == ["password"]
    assert refused.value.detail.startswith("This password ")


def test_the_part_before_the_at_sign_is_no_password_either() -> None:
    with pytest.raises(Invalid):
        check_password("amine.alaoui", email="amine.alaoui@atlas.ma")
