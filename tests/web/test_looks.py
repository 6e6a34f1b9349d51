"""What is looked for on every page is found where it is."""

import pytest
from playwright.async_api import Browser

from .looks import stumbles

pytestmark = pytest.mark.browser
PAGE = """<button>fine</button><a href="#" style="outline: 0">unseen</a><button style="position: fixed; inset-block-start: -90px">gone</button>
    <input aria-label="trap" onkeydown="event.preventDefault()"><button>beyond</button>"""  # noqa: E501 - a page


async def test_who_has_the_tab_key_alone_stumbles_where_they_would(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content(PAGE)
    assert await stumbles(page) == [
        "where one is cannot be seen: a unseen", "not on the screen: button gone", "does not let go: input trap",
        "not reached: button beyond"]  # fmt: skip
    await page.close()
