"""WhatsApp's formatting: what people mean by it, whatever strangers make of it, and never slowly."""

import random
from typing import Any

import pytest

from .double import Double, Resource
from .screen import Screen

pytestmark = pytest.mark.browser

# One letter for each node: b, i, s, c(ode), a(ddress); blocks: p, q(uote), l(ist), # numbered.
TOLD = """async (texts) => {
    const { read } = await import('inbox/content/formatting.js');
    const node = (one) => typeof one === 'string' ? one : one.kind === 'code' ? `c(${one.text})` : one.kind === 'link' ? `a(${one.href})`
        : `${{ bold: 'b', italic: 'i', strike: 's' }[one.kind]}(${one.nodes.map(node).join('')})`;
    const block = ({ kind, ordered, lines }) => `${ordered ? '#' : { lines: '', quote: 'q', list: 'l' }[kind]}${kind === 'lines' ? '' : ':'}${lines.map((line) => line.map(node).join('')).join('|')}`;
    return texts.map((text) => read(text).map(block).join(' / '));
}"""  # noqa: E501
MEANT = {
    "*bold* _it_ ~no~ `x` ```a\n*b*```": "b(bold) i(it) s(no) c(x) c(a\n*b*)",
    "*bold _both_ ~all~*": "b(bold i(both) s(all))",
    "2 * 3 * 4, snake_case_name, a*b*c": "2 * 3 * 4, snake_case_name, a*b*c",
    "*open": "*open",
    "*a\nb*": "*a|b*",
    "_*mixed_*": "i(*mixed)*",
    "مرحبا *غامق*، https://atlas.ma/طريق": "مرحبا b(غامق)، a(https://atlas.ma/طريق)",
    "> one\n> *two*\nthree": "q:one|b(two) / three",
    "- a\n* b\n1. c\n2. d": "l:a|b / #:c|d",
    "(see https://a.ma/x_y_(z)?q=1).": "(see a(https://a.ma/x_y_(z)?q=1)).",
    "*https://a.ma/b* www.a.ma! a.b+c@x-y.ma.": "b(a(https://a.ma/b)) a(https://www.a.ma)! a(mailto:a.b+c@x-y.ma).",
    "javascript:alert(1) https:// http://)": "javascript:alert(1) https:// http://)",
    "": "",
    "``````": "``````",
}
# As long as Meta's longest and ten times more; what a backtracking reader would not finish.
SLOW = """async () => {
    const { read, emojiAlone } = await import('inbox/content/formatting.js');
    const seeds = ['*', '*a ', '`', '`a\\n', '```', 'http://', 'https://a.', 'a@', '@a.', '*_~a', '> a\\n', '1. a\\n',
        ')', '\\u202e*', '👍'];
    const time = (text) => { const began = performance.now(); read(text); emojiAlone(text); return performance.now() - began; };
    return seeds.map((seed) => [seed, Math.min(time(seed.repeat(40000)), time(seed.repeat(40000))), Math.min(...[1, 2, 3, 4].map(() => time(seed.repeat(160000))))]);
}"""  # noqa: E501
WHOLE = """async (texts) => {
    const { read } = await import('inbox/content/formatting.js');
    const letters = (one) => typeof one === 'string' ? one : one.text ?? one.nodes.map(letters).join('');
    const line = (nodes) => nodes.map(letters).join('');
    return texts.map((text) => read(text).flatMap(({ lines }) => lines.map(line)).join(''));
}"""


async def test_what_people_mean_is_what_is_read(screen: Screen, salma: Resource) -> None:
    assert dict(zip(MEANT, await screen.page.evaluate(TOLD, list(MEANT)), strict=True)) == MEANT


async def test_no_letter_of_rubbish_is_lost_and_none_takes_long(screen: Screen, salma: Resource) -> None:
    chance = random.Random(7)
    alphabet = "*_~`>-1. \nab@:/https://www.ü٣👍\u202e\u0000<img onerror=x>"
    texts = ["".join(chance.choices(alphabet, k=chance.randint(1, 300))) for _ in range(400)]
    told = await screen.page.evaluate(WHOLE, texts)
    for text, letters in zip(texts, told, strict=True):
        kept = iter(letters)
        # What was read is what was written, less the marks.
        written = iter(text)
        assert all(any(one == other for other in written) for one in kept), text
        assert sum(letters.count(one) for one in "abü٣👍") == sum(text.count(one) for one in "abü٣👍"), text
    for seed, short, long in await screen.page.evaluate(SLOW):
        assert long < max(short, 20) * 4 * 3, (seed, short, long)


async def test_a_customers_markup_is_words(double: Double, screen: Screen, salma: Resource) -> None:
    body = '<img src=x onerror="alert(1)"> *<b>x</b>* [a](javascript:alert(1))'
    double.write(salma, body)
    bubble = screen.page.locator("inbox-thread .tx", has_text="onerror")
    await bubble.wait_for()
    assert await bubble.inner_text() == body.replace("*", "")
    shown: Any = await bubble.evaluate("(one) => [...one.querySelectorAll('*')].map((each) => each.tagName)")
    assert shown == ["P", "STRONG"]


async def test_a_row_of_the_list_has_the_words_without_their_marks(double: Double, screen: Screen) -> None:
    said = {"*Merci* beaucoup !": "Merci beaucoup !", "_*شكرا*_ جزيلا": "شكرا جزيلا",
            "2*3*4 snake_case": "2*3*4 snake_case", "see ```a b``` (~old~)": "see a b (old)"}  # fmt: skip
    for number, text in enumerate(said):
        double.write(double.customer(f"Customer {number}"), text, quiet=True)
    await screen.go("/inbox")
    for text in said.values():
        await screen.page.locator("inbox-list .row").get_by_text(text, exact=True).wait_for()


EMOJI = """async (others) => {
    const { emojiAlone } = await import('inbox/content/formatting.js');
    const groups = (await import('inbox/emoji/data/en.js')).default;
    const all = [...new Set(JSON.stringify(groups).match(new RegExp('\\\\p{RGI_Emoji}', 'gv')))];
    return [all.length, all.filter((one) => emojiAlone(one) !== 1 || emojiAlone(`${one} ${one}${one}`) !== 3),
        others.filter((one) => emojiAlone(one))];
}"""


async def test_every_emoji_is_known_alone_and_nothing_else_is(screen: Screen, salma: Resource) -> None:
    others = ["", "a", "1", "12", "#", "©", "™ ", "👍 ok", "👍👍👍👍", "٣",
              ":)", "\u200d", "\ufe0f", "🇲", "مرحبا", "* *"]
    count, unknown, taken = await screen.page.evaluate(EMOJI, others)
    assert count > 1500
    assert (unknown, taken) == ([], [])
