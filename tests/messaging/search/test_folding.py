"""One spelling: the database's and the one that marks hits agree, letter by letter."""

import random
import sys
import unicodedata

import pytest

from core.db.pool import Database
from core.messaging.search.folding import fold
from core.messaging.search.question import Terms

TENANT = "0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c11"
ALPHABETS = (
    "abcXYZ éÈçœŒßÆøŁıİ ﬁ½²①",
    "أإآٱءؤئةىيكگ ـَُِّْٰ ﷺﻻ ١٢٣۴۵۶ ،؛؟",
    "+212 (612) 34-56.78 \u200f\u200e\u00a0\u202f0612",
    "😀👍🏽❤️ ‘quoted’ — 12/05 _x_ a@b.ma %",
    "".join(chr(code) for code in (0x391, 0x3A3, 0x3C2, 0x416, 0x2D30, 0x5E9, 0x4E2D, 0x130, 0x1E9E, 0x212A)),
)  # fmt: skip
# What both sides take apart alike only where their Unicode tables are of one age.
ASSIGNED = [chr(code) for code in range(1, sys.maxunicode)
            if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Mn", "Mc")]


def texts(count: int) -> list[str]:
    rng = random.Random(20261126)
    mixed = ["".join(rng.choice(rng.choice(ALPHABETS)) for _ in range(rng.randrange(1, 40))) for _ in range(count)]
    return mixed + ["".join(rng.sample(ASSIGNED, 24)) for _ in range(count)]


async def test_the_database_and_the_marker_fold_alike(db: Database) -> None:
    given = texts(2_000)
    folded = await db.system.fetch("select search_text(t) as words from unnest($1::text[]) with ordinality u (t, n) "
                                   "order by n", given)
    assert [row["words"] for row in folded] == [fold(text).words for text in given]


@pytest.mark.parametrize(("one", "other"), [
    ("أهلاً وَسَهْلاً", "اهلا وسهلا"), ("إلى الآن", "الي الان"), ("مدرسة", "مدرسه"), ("مـــرحبا", "مرحبا"),
    ("ٱلسلام", "السلام"), ("١٢٣ ۴۵", "123 45"), ("Élève DÉJÀ", "eleve deja"),
    ("ŒUVRE", "oeuvre"), ("Straße", "STRASSE"),
    ("l’été", "l'ete"),
])  # fmt: skip
async def test_what_is_written_in_two_ways_is_one(db: Database, one: str, other: str) -> None:
    assert fold(one).words == fold(other).words
    assert await db.system.fetchval("select search_text($1) = search_text($2)", one, other)


@pytest.mark.parametrize(("text", "words", "marked"), [
    ("Votre COLIS part", ["colis"], ["COLIS"]), ("L'élève rêve", ["eve"], ["ève", "êve"]), ("le lac", ["la"], ["la"]),
    ("voilà la", ["la"], ["la"]), ("قالَ: مَرْحَباً", ["مرحب"], ["مَرْحَب"]), ("😀😀 merci", ["merci"], ["merci"]),
    ("Tél +212 612-34 56 78", ["21261234"], ["212 612-34"]), ("cœur", ["coe"], ["cœ"]),
])  # fmt: skip
def test_hits_are_marked_where_they_stand(text: str, words: list[str], marked: list[str]) -> None:
    assert [text[begins:ends] for begins, ends in fold(text).ranges(words) or []] == marked


def test_a_text_that_lacks_one_word_has_no_marks() -> None:
    assert fold("Votre colis").ranges(["colis", "demain"]) is None


async def test_the_keys_asked_for_are_among_those_of_every_text_that_holds_the_word(db: Database) -> None:
    rng = random.Random(7)
    for text in texts(150):
        words = (await db.system.fetchval("select search_words($1)", text))
        long = [word for word in words.split() if len(word) > 2]
        if not long:
            continue
        word = rng.choice(long)
        begins = rng.randrange(0, len(word) - 2)
        part = word[begins:begins + rng.randrange(3, 9)] if rng.random() < 0.7 else word[:2]
        keys = await db.system.fetchval("select search_keys($1::uuid, 3, $2, '{}')", TENANT, words)
        asked = await db.system.fetchval(
            "select array(select k # hashtextextended($1::uuid::text, 3) from unnest($2::bigint[]) k)", TENANT,
            Terms([part]).grams)
        assert set(asked) <= set(keys), (text, part)
