"""How pages are looked at: every language and every theme, what a screen reader would stumble over, and a finger."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from .screen import Screen

# A theme is tokens and a language is words: neither changes what the other is judged by; not every pair is looked at.
LOOKS = (("light", "en"), ("light", "fr"), ("dark", "ar"))

WIDTHS = ((820, 1180), (390, 780), (320, 640))
"""A tablet, a phone, and a desk's window at 400 %."""
_FINGER = 44
# What is drawn smaller may take the finger around it, too: from its middle outwards.
_SMALL = """(least) => {
    const small = [];
    const controls = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=option], [role=tab]';
    const inText = (one) => getComputedStyle(one).display === 'inline' || one.closest('p, li p, .hint');
    const target = (one) => (one.matches('input') && one.closest('label')) || one;
    const at = (x, y) => {
        let one = document.elementFromPoint(x, y);
        for (let inner = one?.shadowRoot?.elementFromPoint(x, y); inner && inner !== one;
            inner = one.shadowRoot?.elementFromPoint(x, y)) one = inner;
        return one;
    };
    const within = (one, found) => {
        for (let up = found; up; up = up.parentNode ?? up.host) if (up === one) return true;
        return false;
    };
    const reach = (one, x, y, dx, dy) => {
        let far = 0;
        while (far < least && within(one, at(x + far * dx, y + far * dy))) far += 1;
        return far;
    };
    const tooSmall = (one) => {
        one.scrollIntoView({ block: 'center', inline: 'nearest' });
        const { left, top, width, height } = one.getBoundingClientRect();
        const [x, y] = [left + width / 2, top + height / 2];
        const wide = width >= least - 0.5 || reach(one, x, y, 1, 0) + reach(one, x, y, -1, 0) > least - 1;
        return !wide || !(height >= least - 0.5 || reach(one, x, y, 0, 1) + reach(one, x, y, 0, -1) > least - 1);
    };
    const walk = (root) => {
        for (const one of root.querySelectorAll('*')) {
            if (one.shadowRoot) walk(one.shadowRoot);
            if (!one.matches(controls) || one.disabled || inText(one)) continue;
            const { width, height, right, left } = target(one).getBoundingClientRect();
            if (width <= 1 || height <= 1 || right <= 0 || left >= innerWidth || !one.checkVisibility()) continue;
            if ((width < least - 0.5 || height < least - 0.5) && tooSmall(target(one)))
                small.push(`${Math.round(width)}x${Math.round(height)} ${one.outerHTML.slice(0, 110)}`);
        }
    };
    walk(document);
    return small;
}"""
_CUT_OFF = """() => {
    const wide = [];
    const scrolls = (one) => {
        for (let up = one; up; up = up.parentElement ?? up.getRootNode().host)
            if (/auto|scroll|hidden|clip/.test(getComputedStyle(up).overflowX)) return true;
        return false;
    };
    const walk = (root) => root.querySelectorAll('*').forEach((one) => {
        const { left, right, width } = one.getBoundingClientRect();
        if (width > 1 && one.checkVisibility() && (right > innerWidth + 1 || left < -1) && !scrolls(one))
            wide.push(one.outerHTML.slice(0, 80));
        if (one.shadowRoot) walk(one.shadowRoot);
    });
    walk(document.body);
    return [...(document.documentElement.scrollWidth > innerWidth ? ['the page itself'] : []), ...wide];
}"""
_AT_REST = """async () => {
    const waits = (root) => [...root.querySelectorAll('*')].some((one) => one.matches('ui-skeleton, .skeleton-page')
        || (one.shadowRoot && waits(one.shadowRoot)));
    for (let still = 0, frames = 0; still < 5 && frames < 300; frames += 1, still = waits(document) ? 0 : still + 1)
        await new Promise(requestAnimationFrame);
}"""


async def violations(screen: Screen) -> list[str]:
    results = await Axe().run(screen.page)
    return [f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
            for one in results.response["violations"] for node in one["nodes"]]


async def flaws(page: Page) -> list[str]:
    """On a screen that is touched, once the page shows what it has: what is too small, or not wholly on the screen."""
    found = []
    for width, height in WIDTHS:
        await page.set_viewport_size({"width": width, "height": height})
        await page.evaluate(_AT_REST)
        told = [*await page.evaluate(_CUT_OFF), *await page.evaluate(_SMALL, _FINGER)]
        found += [f"{width}: {one}" for one in told]
    return found


# What Tab is to come by: in the dialog that is open, else on the whole page. A radio group is one stop.
_WALK = """() => {
    const controls = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]';
    const deep = (root) => { let at = root.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at; };
    const up = (one) => one.assignedSlot ?? one.parentElement ?? one.getRootNode().host ?? null;
    const line = (one) => { const found = []; for (let at = one; at && found.length < 5; at = up(at)) found.push(at); return found; };
    const look = (one) => line(one).map((at) => {
        const { outline, boxShadow, borderColor, backgroundColor, textDecorationLine, opacity } = getComputedStyle(at);
        return [outline, boxShadow, borderColor, backgroundColor, textDecorationLine, opacity].join();
    }).join(';');
    const inside = (one, box) => { for (let at = one; at; at = up(at)) if (at === box) return true; return false; };
    const all = (root, found = []) => {
        for (const one of root.querySelectorAll('*')) { found.push(one); if (one.shadowRoot) all(one.shadowRoot, found); }
        return found;
    };
    const told = (one) => `${one.localName} ${one.ariaLabel ?? ''} ${one.innerText ?? ''} ${one.name ?? ''}`.replace(/\\s+/g, ' ').trim().slice(0, 90);
    deep(document)?.blur();
    const everything = all(document);
    const box = everything.findLast((one) => one.matches('dialog:modal')) ?? document.body;
    const stop = (one) => one.matches(controls) && one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true })
        && !one.closest('[inert]') && !(one.type === 'radio' && !one.checked) && !one.shadowRoot?.delegatesFocus && inside(one, box);
    const rest = new Map(everything.filter(stop).map((one) => [one, look(one)]));
    const stumbles = new Set();
    let [before, stays] = [null, 0];
    globalThis.walked = {
        left: new Set(rest.keys()), stumbles,
        step() {
            const at = deep(document);
            stays = at === before ? stays + 1 : 0;
            before = at;
            if (stays > 8) stumbles.add(`does not let go: ${told(at)}`);
            if (!at || at === document.body || at.matches('dialog')) return;
            if (!inside(at, box)) { stumbles.add(`outside: ${told(at)}`); return; }
            walked.left.delete(at);
            const { left, top, right, bottom, width } = at.getBoundingClientRect();
            if (width > 1 && (right <= 0 || left >= innerWidth || bottom <= 0 || top >= innerHeight)) stumbles.add(`not on the screen: ${told(at)}`);
            if (rest.has(at) && rest.get(at) === look(at)) stumbles.add(`where one is cannot be seen: ${told(at)}`);
        },
        end() { return [...stumbles, ...[...walked.left].filter((one) => one.isConnected).map((one) => `not reached: ${told(one)}`)]; },
    };
    return rest.size;
}"""  # noqa: E501 - a browser's


async def stumbles(page: Page) -> list[str]:
    """Whoever has the Tab key alone: what they do not come to, what holds them, where they cannot see that they are."""
    stops = await page.evaluate(_WALK)
    assert stops
    for _ in range(3 * stops + 20):
        await page.keyboard.press("Tab")
        await page.evaluate("walked.step()")
        if not await page.evaluate("walked.left.size"):
            break
    found: list[str] = await page.evaluate("walked.end()")
    return found
