"""How somebody comes to the inbox: through the login, in English."""

from playwright.async_api import Browser

from tests.web.screen import Screen


async def log_in(browser: Browser, url: str, email: str, password: str) -> Screen:
    """A window of their own, at the inbox and live."""
    screen = await Screen.open(browser, url)
    screen.context.set_default_timeout(30_000)
    await screen.context.add_cookies([{"name": "comptoir_locale", "value": "en", "url": url}])
    await screen.go("/login?next=/inbox")
    await screen.page.get_by_label("Email").fill(email)
    await screen.page.get_by_label("Password", exact=True).fill(password)
    await screen.page.keyboard.press("Enter")
    await screen.page.wait_for_url(f"{url}/inbox")
    await screen.live()
    return screen
