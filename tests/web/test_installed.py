"""The application on the device: a browser finds it fit to be installed, and a new version is met quietly."""

import json

import pytest
from playwright.async_api import Browser

from core.web.assets import Assets
from core.web.language import LOCALES

from .double import Double
from .screen import Screen
from .test_offline import kept


@pytest.mark.browser
async def test_chromium_would_install_it(browser: Browser, double: Double) -> None:
    screen = await Screen.open(browser, double.url, worker=True)
    await screen.go("/inbox?lang=ar")
    await screen.live()
    await kept(screen.page, 0, 0)
    devtools = await screen.context.new_cdp_session(screen.page)
    refusals = (await devtools.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    # Playwright's contexts are private windows, in which nothing can be installed: that is all there is to say.
    assert [one["errorId"] for one in refusals if one["errorId"] != "in-incognito"] == []
    told = await devtools.send("Page.getAppManifest")
    assert told["errors"] == []
    manifest = json.loads(told["data"])
    assert (manifest["name"], manifest["lang"], manifest["dir"]) == ("Atlas", "ar", "rtl")
    assert [one["url"] for one in manifest["shortcuts"]] == ["/inbox", "/contacts"]
    await screen.context.close()


async def test_every_icon_is_there_in_its_size_and_small(double: Double) -> None:
    client = double.app.test_client()
    manifest = json.loads(await (await client.get("/manifest.webmanifest")).get_data())
    assert {one["purpose"] for one in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        served = await client.get(icon["src"])
        content: bytes = await served.get_data(as_text=False)
        assert (served.status_code, served.content_type.split(";")[0]) == (200, icon["type"])
        assert len(content) < 6_000
        if icon["type"] == "image/png":
            assert icon["sizes"] == "x".join(str(int.from_bytes(content[at : at + 4])) for at in (16, 20))


@pytest.mark.parametrize("locale", LOCALES)
async def test_strangers_get_the_products_name(double: Double, locale: str) -> None:
    double.signed_in = False
    answer = await double.app.test_client().get("/manifest.webmanifest", headers={"Accept-Language": locale})
    manifest = json.loads(await answer.get_data())
    assert (manifest["name"], manifest["lang"], manifest["shortcuts"]) == ("Comptoir", locale, [])


async def test_the_worker_is_the_roots_and_asked_for_again(double: Double) -> None:
    answer = await double.app.test_client().get("/worker.js")
    assert answer.content_type.startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_the_page_to_be_put_by_has_nobody_in_it(double: Double) -> None:
    client = double.app.test_client()
    double.customer("Salma")
    text = await (await client.get("/offline")).get_data(as_text=True)
    assert "Amine" not in text
    assert 'id="bootstrap"' not in text
    assert "chat.js" in text  # what the screens need is named, so that it is put by with it
    double.signed_in = False
    assert (await client.get("/offline")).status_code == 401


@pytest.mark.browser
async def test_a_page_of_the_version_before_goes_on_and_hears_of_the_new_one(browser: Browser, double: Double,
                                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    screen = await Screen.open(browser, double.url, worker=True)
    await screen.go("/inbox")
    await screen.live()
    await kept(screen.page, 0, 0)
    old = await screen.page.evaluate("""() => performance.getEntriesByType('resource').map(({ name }) => name)
        .find((name) => name.endsWith('/shell.js'))""")
    monkeypatch.setattr(Assets, "version", "another")
    double.cut()
    await screen.page.get_by_role("button", name="A new version is here: reload").wait_for()
    await screen.context.set_offline(True)  # the server knows the old addresses no more
    answered = await screen.page.evaluate("(url) => fetch(url).then((answer) => answer.status)", old)
    assert answered == 200
    await screen.page.keyboard.press("Control+k")  # a part that was not loaded yet
    await screen.page.get_by_role("combobox").wait_for()
    await screen.context.close()
