"""How pages are looked at: every language and every theme, and what a screen reader would stumble over."""

from axe_playwright_python.async_playwright import Axe

from .screen import Screen

# A theme is tokens and a language is words: neither changes what the other is judged by; not every pair is looked at.
LOOKS = (("light", "en"), ("light", "fr"), ("dark", "ar"))


async def violations(screen: Screen) -> list[str]:
    results = await Axe().run(screen.page)
    return [f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
            for one in results.response["violations"] for node in one["nodes"]]
