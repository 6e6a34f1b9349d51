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
