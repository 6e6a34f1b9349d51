"""The settings of rules and timers, in a browser: made, ordered by keys, foreseen; and what stands beside a thread."""

from comptoir_sdk.testing import Kernel


async def test_rules_are_made_ordered_by_keys_and_foreseen_and_timers_count_down(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"contacts": {}, "inbox": {}, "settings": {}})
    owner = await shop.agent("owner")
    page = await owner.page("/inbox.assignment?lang=en")
    page.set_default_timeout(30_000)
    await page.get_by_text("No rule yet").wait_for()
    for name in ("Nights", "Everybody"):
        await page.get_by_role("button", name="New rule").click()
        await page.get_by_label("Name", exact=True).fill(name)
        if name == "Nights":
            await page.get_by_role("combobox", name="If the contact speaks one of").fill("fran")
            await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Save").last.click()
        await page.get_by_role("listitem").filter(has_text=name).wait_for()
    await page.get_by_role("listitem").filter(has_text="Nights").filter(has_text="Français").wait_for()
    await page.get_by_text("Omar, by the rule Everybody: their turn, 1 of 10.").wait_for()
    await page.get_by_label("Of a contact who speaks").select_option("fr")
    await page.get_by_text("Omar, by the rule Nights: their turn, 1 of 10.").wait_for()
    up = page.get_by_role("button", name="Move Everybody up")
    await up.focus()
    await page.keyboard.press("Enter")
    await page.get_by_text("Everybody is number 1 now.").wait_for(state="attached")
    names = await page.locator("inbox-assignment ol .name").all_inner_texts()
    assert names == ["Everybody", "Nights"]
    await page.get_by_text("Omar, by the rule Everybody: their turn, 1 of 10.").wait_for()
    await page.goto("/inbox.targets?lang=en")
    await page.get_by_role("button", name="New target").click()
    await page.get_by_label("Name", exact=True).fill("All")
    await page.get_by_role("button", name="Save").last.click()
    await page.get_by_text("answer: 30 minutes").wait_for()
    await shop.receives("salam", sender="+212600000001")
    await comptoir.drain()
    await page.goto("/inbox?lang=en")
    await page.get_by_role("option").first.click()
    await page.get_by_text("Answer in 00:").wait_for()
    await page.locator("[role=option] .chip", has_text=":").first.wait_for()
    await page.get_by_text("Given to Omar, whose turn it was.").wait_for(state="attached")
    await page.get_by_role("button", name="Available").click()
    await page.get_by_text("Away until I am back").click()
    await page.get_by_role("button", name="Away").wait_for()
    [desk] = (await owner.get("/api/v1/p/inbox/desks")).json()["items"]
    assert not desk["available"]
