"""What helps to write: quick replies, a draft on every screen of its writer, marks, keys, what is to be filled in."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, FilePayload, expect

from .double import Double, Resource
from .looks import violations
from .screen import Screen

pytestmark = pytest.mark.browser

DRAFT_TOLD = re.compile(r"/draft(\?|$)")


async def test_a_slash_opens_the_quick_replies(double: Double, screen: Screen, salma: Resource) -> None:
    plan = {"id": "0198f0a2-5f0e-7c6b-9f53-000000000077", "kind": "document", "filename": "plan.pdf", "size": 7}
    words = "Bonjour {{contact.first_name}}, ici {{agent.name}}. Commande {{order}} ?"
    double.compose.reply("horaires", words, files=[plan])
    double.compose.reply("مواعيد", "نفتح كل يوم", title="أوقات العمل")
    double.compose.reply("adresse", "12 rue de Fès", title="Où sommes-nous")
    field = screen.page.get_by_label("Message to Salma")
    await field.press_sequentially("Alors /")
    options = screen.page.get_by_role("option").filter(has_text="/")
    await options.nth(2).wait_for()
    assert await violations(screen) == []
    for typed, left in (("OU SOMMES", "adresse"), ("أوقات", "مواعيد"), ("hora", "horaires")):
        await field.fill(f"Alors /{typed.split()[0]}")
        await options.filter(has_text=left).wait_for()
    await field.press("ArrowDown")
    assert await field.get_attribute("aria-activedescendant") == "reply-0"
    await field.press("Enter")
    assert await field.input_value() == "Alors Bonjour Salma, ici Amine Kadiri. Commande {{order}} ?"
    await screen.page.locator("inbox-composer .tray li", has_text="plan.pdf").wait_for()
    assert await field.evaluate("(one) => one.value.slice(one.selectionStart, one.selectionEnd)") == "{{order}}"
    await screen.page.get_by_text("Still to be filled in:").wait_for()
    await field.press("Enter")
    await screen.page.get_by_role("button", name="Keep writing").click()
    assert double.posted == []
    await field.focus()
    await screen.page.get_by_role("button", name="{{order}}").click()
    await screen.page.keyboard.type("112")
    await field.press("Enter")
    await screen.page.locator("inbox-thread .m.out .card", has_text="plan.pdf").wait_for()
    await screen.page.locator("inbox-composer .tray").wait_for(state="detached")
    [sent] = await double.sent()
    assert (sent["document"]["attachment_id"], "Commande 112" in sent["document"]["caption"]) == (plan["id"], True)


async def test_escape_leaves_the_word_and_touch_takes_a_reply(double: Double, screen: Screen, salma: Resource) -> None:
    double.compose.reply("merci", "Merci à vous")
    field = screen.page.get_by_label("Message to Salma")
    await field.press_sequentially("/me")
    option = screen.page.get_by_role("option").filter(has_text="/merci")
    await option.wait_for()
    await field.press("Escape")
    await option.wait_for(state="detached")
    assert await field.input_value() == "/me"
    await field.press_sequentially("r")
    assert await option.count() == 0
    await field.fill("")
    await field.press_sequentially("/")
    await option.click()
    assert await field.input_value() == "Merci à vous"
    await field.fill("http://x/")
    assert await option.count() == 0


async def test_a_draft_is_on_every_screen_and_in_the_list(
    double: Double, screen: Screen, salma: Resource, browser: Browser
) -> None:
    field = screen.page.get_by_label("Message to Salma")
    async with screen.page.expect_response(DRAFT_TOLD):
        await field.fill("Je regarde votre")
    phone = await Screen.open(browser, double.url)
    await phone.go(f"/inbox/{salma['id']}")
    await phone.live()
    theirs = phone.page.get_by_label("Message to Salma")
    await phone.page.wait_for_function(f"() => {SHOWN} === 'Je regarde votre'")
    async with phone.page.expect_response(DRAFT_TOLD):
        await theirs.fill("Je regarde votre commande")
    await screen.page.wait_for_function(f"() => {SHOWN} === 'Je regarde votre commande'")
    other = double.customer("Nadia")
    double.write(other, "Salut")
    await screen.page.locator("inbox-list .row", has_text="Nadia").click()
    row = screen.page.locator("inbox-list .row", has_text="Salma")
    await row.get_by_text("Draft:").wait_for()
    async with phone.page.expect_response(DRAFT_TOLD):
        await theirs.press("Enter")
    await row.get_by_text("Draft:").wait_for(state="detached")
    assert double.compose.drafts == {}
    await phone.context.close()
    assert phone.errors == []


SHOWN = """(() => {
    const inside = (root, tag) => [...root.querySelectorAll('*')]
        .map((one) => one.shadowRoot && deep(one.shadowRoot, tag)).find(Boolean);
    const deep = (root, tag) => root.querySelector(tag) ?? inside(root, tag);
    return deep(document, 'inbox-composer')?.renderRoot.querySelector('textarea')?.value;
})()"""


async def test_words_of_two_screens_are_both_kept_and_discarding_is_undone(
    double: Double, screen: Screen, salma: Resource
) -> None:
    field = screen.page.get_by_label("Message to Salma")
    async with screen.page.expect_response(DRAFT_TOLD):
        await field.fill("Mine")
    double.compose.drafts[salma["id"]] |= {"body": "Of the phone", "version": 1}  # and its word was lost on the way
    await field.fill("Mine and more")
    await screen.page.get_by_text("On another screen of yours stood: “Of the phone”").wait_for()
    await screen.page.get_by_role("button", name="Take those words").click()
    assert await field.input_value() == "Of the phone"
    await screen.page.get_by_role("button", name="Undo").click()
    assert await field.input_value() == "Mine and more"
    await screen.page.get_by_role("button", name="Send something else").click()
    await screen.page.get_by_role("menuitem", name="Discard what is written").click()
    assert await field.input_value() == ""
    await screen.page.get_by_role("button", name="Undo").click()
    assert await field.input_value() == "Mine and more"


@pytest.mark.parametrize("refusal", [401, 422])
async def test_words_that_the_server_refuses_are_there_after_a_reload(
    double: Double, screen: Screen, salma: Resource, refusal: int
) -> None:
    field = screen.page.get_by_label("Message to Salma")
    problem = {"type": "about:blank", "title": "no", "status": refusal}
    await screen.page.route(DRAFT_TOLD, lambda route: route.fulfill(status=refusal, json=problem))
    async with screen.page.expect_response(DRAFT_TOLD):
        await field.fill("A long answer")
    await screen.page.unroute(DRAFT_TOLD)
    async with screen.page.expect_response("**/drafts?*"):
        await screen.page.reload()
    await screen.live()
    assert await field.input_value() == "A long answer"


async def test_marks_keys_and_lengths(double: Double, screen: Screen, salma: Resource) -> None:
    field = screen.page.get_by_label("Message to Salma")
    await field.fill("demain")
    await field.press("ControlOrMeta+a")
    await field.press("ControlOrMeta+b")
    assert await field.input_value() == "*demain*"
    await field.press("ControlOrMeta+b")
    assert await field.input_value() == "demain"
    await field.press("ControlOrMeta+i")
    assert await field.input_value() == "_demain_"
    await screen.page.get_by_role("button", name="Send something else").click()
    async with screen.page.expect_response("**/api/v1/me"):  # theirs on every device
        await screen.page.get_by_role("menuitemradio", name="Ctrl+Enter sends").click()
    assert double.account.preferences["sending"] == "ctrl_enter"
    await field.press("End")
    await field.press("Enter")
    assert await field.input_value() == "_demain_\n"
    await field.press("ControlOrMeta+Enter")
    await screen.page.locator("inbox-thread .m.out", has_text="demain").wait_for()
    await field.fill("x" * 4097)
    await screen.page.get_by_text("4,097 of 4,096 characters").wait_for()
    await field.press("ControlOrMeta+Enter")
    await screen.page.get_by_text("WhatsApp takes texts of at most 4,096 characters; this has 4,097.").wait_for()
    assert len(await double.sent()) == 1


async def test_quick_replies_are_made_changed_and_deleted(double: Double, screen: Screen) -> None:
    double.permissions.append("inbox.quick_replies.manage")
    double.offered.pages.append({
        "plugin": "inbox", "name": "quick_replies", "title": "Quick replies", "icon": "zap", "nav": "settings",
        "section": "Inbox", "order": 25, "fragment": None, "element": "inbox-quick-replies",
        "module": "quick-replies/page.js"})
    await screen.go("/inbox.quick_replies")
    await screen.page.get_by_role("button", name="New quick reply").first.click()
    await screen.page.get_by_label("Title").fill("Horaires")
    await screen.page.get_by_role("button", name="Save").click()
    await screen.page.get_by_text("1 to 32 characters without spaces or slashes.").wait_for()
    await screen.page.get_by_role("textbox", name="Shortcut").fill("horaires")
    await screen.page.get_by_label("Text").fill("Bonjour ")
    await screen.page.get_by_role("button", name="The customer's first name").click()
    await screen.page.locator("inbox-quick-reply input[type=file]").set_input_files(
        {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    await screen.page.locator("inbox-quick-reply li", has_text="plan.pdf").wait_for()
    assert await violations(screen) == []
    await screen.page.get_by_role("button", name="Save").click()
    await screen.page.get_by_role("link", name="/horaires").wait_for()
    [made] = double.compose.replies.values()
    assert (made["body"], made["shared"], len(made["files"])) == ("Bonjour {{contact.first_name}}", True, 1)
    await screen.page.get_by_role("button", name="More on Horaires").click()
    await screen.page.get_by_role("menuitem", name="Delete").click()
    await screen.page.get_by_role("button", name="Undo").click()
    await screen.page.get_by_role("link", name="/horaires").wait_for()


BUTTONS = {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Suivre", "url": "https://atlas.ma/{{1}}"}]}


async def test_whoever_opens_the_templates_searches_at_once(double: Double, screen: Screen, salma: Resource) -> None:
    double.compose.template("promo", "fr", "Soldes")
    await screen.page.locator("inbox-composer").evaluate("(composer) => composer.choose()")
    await screen.page.locator("inbox-templates input:focus").wait_for()
    await screen.page.keyboard.type("promo")
    await screen.page.get_by_role("button", name="promo").wait_for()
    await screen.page.keyboard.press("Escape")
    await screen.page.keyboard.press("Escape")
    await screen.page.locator("inbox-composer textarea:focus").wait_for()


async def test_a_closed_window_offers_templates(double: Double, screen: Screen) -> None:
    words = "Bonjour {{1}}, la commande {{2}} est partie."
    double.compose.template("commande_partie", "fr", words, BUTTONS, price="0.01")
    double.compose.template("promo", "fr", "Soldes", {"type": "HEADER", "format": "IMAGE"}, {"type": "CAROUSEL"})
    nadia = double.customer("Nadia Alami")
    double.write(nadia, "Salut", at=datetime.now(UTC) - timedelta(hours=23), quiet=True)
    await screen.page.clock.install()
    await screen.go(f"/inbox/{nadia['id']}")
    await screen.page.get_by_label("Message to Nadia").fill("Ce que je voulais dire")
    await screen.page.clock.fast_forward("01:00:01")
    await screen.page.get_by_text("The window closed while you were writing.").wait_for()
    await screen.page.get_by_text("“Ce que je voulais dire”").wait_for()
    assert await screen.page.get_by_role("button", name="promo").is_disabled()
    assert await violations(screen) == []
    await screen.page.get_by_label("Search templates").fill("PARTIE")
    await screen.page.keyboard.press("ArrowDown")
    await screen.page.keyboard.press("Enter")
    first = screen.page.get_by_label("Field 1")
    await expect(first).to_have_value("Nadia")  # whoever is greeted
    await screen.page.get_by_role("button", name="Send", exact=True).click()
    await screen.page.get_by_text("Write something.").first.wait_for()
    await screen.page.get_by_label("Field 2").fill("112")
    await screen.page.get_by_label("End of the address of “Suivre”").fill("112")
    seen = screen.page.get_by_label("What the customer will see")
    await seen.get_by_text("Bonjour Nadia, la commande 112 est partie.").wait_for()
    await screen.page.get_by_text("By your rate card this message costs €0.01.").wait_for()
    assert await violations(screen) == []
    newer = [{"id": "x", "author": "Yasmine", "at": "2026-11-26T10:00:00+00:00"}]
    double.refuse("POST messages", 409, kind="newer-messages", newer=newer, count=1)
    await screen.page.get_by_role("button", name="Send", exact=True).click()
    notice = screen.page.get_by_role("alert").filter(has_text="Yasmine wrote after what you saw. This was not sent:")
    await notice.get_by_text("Bonjour Nadia, la commande 112 est partie.").wait_for()
    assert await violations(screen) == []
    async with screen.page.expect_response("**/messages"):
        await notice.get_by_role("button", name="Send anyway").click()
    await screen.page.locator("inbox-thread .m.out").wait_for()
    await notice.wait_for(state="detached")
    [sent] = await double.sent()
    assert (sent["confirm"], sent["last_seen"]) == (True, double.messages[nadia["id"]][0]["id"])
    assert sent["template"] == {"name": "commande_partie", "language": {"code": "fr"}, "components": [
        {"type": "body", "parameters": [{"type": "text", "text": "Nadia"}, {"type": "text", "text": "112"}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "112"}]}]}


CARD = {"components": [
    {"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "{{1}}, vue sur la mer"},
    {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Celui-ci"},
                                    {"type": "URL", "text": "Voir", "url": "https://atlas.ma/{{1}}"}]}]}  # fmt: skip
PARTS = (
    {"type": "HEADER", "format": "LOCATION"},
    {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Bientôt fini", "has_expiration": True}},
    {"type": "BUTTONS", "buttons": [
        {"type": "COPY_CODE", "example": "ATLAS10"}, {"type": "FLOW", "text": "Réserver"}, {"type": "CATALOG"},
        {"type": "MPM", "text": "Nos tapis"}]},
)


async def test_a_template_of_every_part_is_filled_in(double: Double, screen: Screen) -> None:
    double.compose.template("soldes", "fr", "Soldes pour {{1}}", *PARTS)
    double.compose.template("riads", "fr", "Nos riads", {"type": "CAROUSEL", "cards": [CARD, CARD]})
    double.compose.template("facture", "fr", "Payez", {"type": "BUTTONS", "buttons": [{"type": "ORDER_DETAILS"}]})
    nadia = double.customer("Nadia Alami")
    double.write(nadia, "Salut", at=datetime.now(UTC) - timedelta(hours=30), quiet=True)
    await screen.go(f"/inbox/{nadia['id']}")
    double.compose.template("code", "fr", "*{{1}}* est votre code.", category="AUTHENTICATION")
    await screen.page.reload()
    await screen.page.get_by_text("Only programs can fill in this template. It has: an order to be paid").wait_for()
    await screen.page.get_by_text("Codes to log in with are sent by programs: a person has none to send.").wait_for()
    names = screen.page.locator("inbox-templates li button")
    assert [await names.nth(place).is_disabled() for place in range(4)] == [False, False, True, True]
    await screen.page.get_by_role("button", name="soldes").click()
    send, field = screen.page.get_by_role("button", name="Send", exact=True), screen.page.get_by_label
    await send.click()
    await screen.page.get_by_text("Choose day and time.").wait_for()
    for label, words in (("Latitude", "33,5731"), ("Longitude", "-7.5898"), ("Name of the place", "Atlas"),
                         ("Address", "12 rue de Fès"), ("Field 1", "é" * 590), ("End of the offer", "2020-01-01T10:00"),
                         ("Code to copy", "ATLAS10"), ("Title of the first section", "Tapis"),
                         ("Products of section 1", "t-1\nt-2"), ("Products of section 2", "c-1")):  # fmt: skip
        await field(label, exact=True).fill(words)
    await send.click()
    await screen.page.get_by_text("With it the text has 602 characters, and WhatsApp takes 600.").wait_for()
    await screen.page.get_by_text("This is over already. Choose a later moment.").wait_for()
    assert await violations(screen) == []
    await field("Field 1").fill("vous")
    await field("End of the offer").fill("2199-01-01T10:00")
    await field("Title of section 2 (optional)").fill("Coussins")
    await screen.page.get_by_label("What the customer will see").get_by_text("Soldes pour vous").wait_for()
    async with screen.page.expect_response("**/messages"):
        await send.click()
    await screen.page.get_by_role("button", name="riads").click()
    for n in ("1", "2"):
        card = screen.page.get_by_role("group", name=f"Card {n}")
        picture = FilePayload(name=f"riad-{n}.jpg", mimeType="image/jpeg", buffer=b"\xff\xd8\xff")
        await card.locator("input[type=file]").set_input_files(picture)
        await card.get_by_text(f"riad-{n}.jpg").wait_for()
        await card.get_by_label("Field 1").fill(f"Riad {n}")
        await card.get_by_label("End of the address of “Voir”").fill(n)
    await screen.page.get_by_role("group", name="Cards").get_by_text("Riad 2, vue sur la mer").wait_for()
    assert await violations(screen) == []
    async with screen.page.expect_response("**/messages"):
        await send.click()
    everything, riads = [one["template"]["components"] for one in await double.sent()]
    place = {"latitude": 33.5731, "longitude": -7.5898, "name": "Atlas", "address": "12 rue de Fès"}
    assert everything[:2] == [
        {"type": "header", "parameters": [{"type": "location", "location": place}]},
        {"type": "body", "parameters": [{"type": "text", "text": "vous"}]}]
    assert everything[2]["parameters"][0]["limited_time_offer"]["expiration_time_ms"] > 7e12
    assert [one["sub_type"] for one in everything[3:]] == ["copy_code", "flow", "mpm"]
    assert everything[4]["parameters"][0]["action"]["flow_token"]
    sections = [{"title": "Tapis", "product_items": [{"product_retailer_id": "t-1"}, {"product_retailer_id": "t-2"}]},
                {"title": "Coussins", "product_items": [{"product_retailer_id": "c-1"}]}]
    assert everything[5]["parameters"][0]["action"] == {"thumbnail_product_retailer_id": "t-1", "sections": sections}
    [carousel] = riads
    assert [one["card_index"] for one in carousel["cards"]] == [0, 1]
    header, body, reply, url = carousel["cards"][1]["components"]
    assert header["parameters"] == [{"type": "image", "image": {"attachment_id": double_file(2)}}]
    assert body["parameters"] == [{"type": "text", "text": "Riad 2"}]
    assert (reply["parameters"], url["parameters"]) == (
        [{"type": "payload", "payload": "Celui-ci"}], [{"type": "text", "text": "2"}])


def double_file(n: int) -> str:
    """The id of the n-th uploaded file."""
    return f"0198f0a2-5f0e-7c6b-9f53-{n:012}"


async def test_emojis_are_found_by_name_in_three_languages(double: Double, screen: Screen, salma: Resource) -> None:
    button = screen.page.get_by_role("button", name="Emoji", exact=True)
    await button.click()
    await screen.page.get_by_role("tab", name="Flags").wait_for()
    assert await violations(screen) == []
    for words, name in (("éléphant", "elephant"), ("تصفيق", "clapping hands"), ("maroc", "flag: Morocco")):
        await screen.page.get_by_label("Search emoji").fill(words)
        await screen.page.get_by_role("button", name=name).first.wait_for()
    await screen.page.get_by_label("Search emoji").fill("clapping")
    await screen.page.get_by_role("combobox", name="Skin tone").select_option("🏽")
    await screen.page.get_by_role("button", name="clapping hands").click()
    assert await screen.page.get_by_label("Message to Salma").input_value() == "👏🏽"
    await screen.page.keyboard.press("Escape")
    await screen.page.get_by_label("Search emoji").wait_for(state="detached")
    await button.click()
    await screen.page.get_by_text("Used last").wait_for()
    await button.click()
    await screen.page.get_by_label("Search emoji").wait_for(state="detached")


async def test_a_colon_and_a_name_become_an_emoji(double: Double, screen: Screen, salma: Resource) -> None:
    field = screen.page.get_by_label("Message to Salma")
    names = screen.page.get_by_role("listbox", name="Emoji")
    for words, name in ((":clapping", "clapping hands"), (":تصفيق", "clapping hands"), (":maroc", "flag: Morocco")):
        await field.fill(f"Bravo {words}")
        await names.get_by_role("option", name=name).first.wait_for()
        assert await violations(screen) == []
    await field.press("ArrowDown")
    await field.press("ArrowUp")
    assert await field.get_attribute("aria-activedescendant") == "emoji-0"
    await field.press("Enter")
    await expect(field).to_have_value("Bravo 🇲🇦")
    await names.wait_for(state="detached")
    await field.press_sequentially(" :clapping")
    await names.wait_for()
    await field.press("Escape")
    await names.wait_for(state="detached")
    await expect(field).to_have_value("Bravo 🇲🇦 :clapping")
    async with screen.page.expect_response("**/messages"):
        await field.press("Enter")
    await field.fill("À 12:30 :)")
    assert await names.count() == 0
    assert [one["body"] for one in await double.sent()] == ["Bravo 🇲🇦 :clapping"]


async def test_what_is_kept_of_a_contact_fills_a_quick_reply(double: Double, screen: Screen, salma: Resource) -> None:
    double.compose.attributes = {"Ville": "Essaouira"}
    double.compose.reply("livre", "Livré à {{contact.Ville}} par {{contact.carrier}}")
    field = screen.page.get_by_label("Message to Salma")
    await field.press_sequentially("/livre")
    await screen.page.get_by_role("option").filter(has_text="/livre").click()
    await expect(field).to_have_value("Livré à Essaouira par {{contact.carrier}}")
    await screen.page.get_by_role("button", name="{{contact.carrier}}").wait_for()


async def test_a_closed_window_whose_templates_do_not_come_says_so(double: Double, screen: Screen) -> None:
    nadia = double.customer("Nadia", account=None)
    double.write(nadia, "Salut", at=datetime.now(UTC) - timedelta(hours=30), quiet=True)
    for _ in range(2):  # the first is answered by a reading of Meta's
        double.refuse("GET templates", 404, kind="not-found", detail="There is no such number any more.")
    await screen.go(f"/inbox/{nadia['id']}")
    await screen.page.get_by_text("The templates could not be loaded.").wait_for()
    assert await violations(screen) == []


async def test_without_a_microphone_it_says_what_to_do(double: Double, screen: Screen, salma: Resource) -> None:
    await screen.page.get_by_role("button", name="Record a voice message").click()
    await screen.page.locator("inbox-recorder [role=alert]").wait_for()
    assert await violations(screen) == []
    await screen.page.get_by_role("button", name="Cancel").click()
    await screen.page.get_by_label("Message to Salma").wait_for()
