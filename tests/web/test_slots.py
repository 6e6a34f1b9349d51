"""Every place where a plugin may stand on the screen: drawn there, asked for when seen, alone in its failures."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from .double import Double, Resource
from .double_plugin import HANGS
from .screen import Screen

pytestmark = pytest.mark.browser


def panel(slot: str, name: str = "pins", **fields: object) -> Resource:
    drawn = {"fragment": name} if not fields.keys() & {"fragment", "element", "data"} else {}
    return {"plugin": "acme", "name": name, "slot": slot, "title": name.title(), "icon": "pin"} | drawn | fields


def expect_warning(screen: Screen, words: str) -> None:
    """A piece that fails is told on the console, to whoever writes it."""
    screen.errors = [error for error in screen.errors if not error.startswith(words)]


async def asked(double: Double, name: str, count: int = 1) -> list[Resource]:
    async with asyncio.timeout(8):
        while len(found := [about for one, about in double.offered.asked if one == name]) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # the browser's requests come by the server's own task
    return found


SLOTS = ("conversation.header", "conversation.banner", "composer.above", "conversation.detail")


@pytest.mark.parametrize("slot", SLOTS)
async def test_a_fragment_stands_beside_the_conversation(double: Double, screen: Screen, slot: str) -> None:
    double.offered.fragments["pins"] = "<p>three pins</p>"
    double.panels = [panel(slot)]
    salma = double.customer("Salma")
    await screen.go(f"/inbox/{salma['id']}")
    await screen.page.locator(f'ui-slot[name="{slot}"]').get_by_text("three pins").wait_for()
    [about] = await asked(double, "pins")
    assert about == {"conversation": salma["id"], "contact": salma["contact"]["id"]}


async def test_what_says_nothing_takes_no_room(double: Double, screen: Screen) -> None:
    double.offered.fragments["pins"] = ""
    double.panels = [panel("conversation.banner"), panel("composer.above")]
    await screen.go(f"/inbox/{double.customer('Salma')['id']}")
    await asked(double, "pins", 2)
    for slot in ("conversation.banner", "composer.above"):
        box = await screen.page.locator(f'ui-slot[name="{slot}"]').bounding_box()
        assert box is not None
        assert box["height"] <= 1


@pytest.mark.parametrize("answer", [("<p>oh</p>", 500), HANGS])
async def test_one_that_breaks_or_hangs_is_a_card_beside_its_neighbours(double: Double, screen: Screen,
                                                                        answer: object) -> None:
    double.offered.fragments |= {"broken": answer, "pins": "<p>three pins</p>"}
    double.panels = [panel(slot, name) for slot in SLOTS for name in ("broken", "pins")]
    salma = double.customer("Salma")
    double.write(salma, "hello", quiet=True)
    await screen.go(f"/inbox/{salma['id']}")
    for slot in SLOTS:
        place = screen.page.locator(f'ui-slot[name="{slot}"]')
        await place.get_by_text("three pins").wait_for()
        await place.get_by_text("Broken could not load.").wait_for()
    await screen.page.locator("inbox-thread .tx", has_text="hello").wait_for()
    expect_warning(screen, "panel acme.broken")
    double.offered.fragments["broken"] = "<p>mended</p>"
    place = screen.page.locator('ui-slot[name="conversation.detail"]')
    await place.get_by_role("button", name="Retry").click()
    await place.get_by_text("mended").wait_for()


async def test_an_answer_that_stops_halfway_is_late(double: Double, screen: Screen) -> None:
    async def half() -> AsyncIterator[str]:
        yield "<p>three"
        await asyncio.Event().wait()

    double.offered.fragments["pins"] = half()
    double.panels = [panel("conversation.detail")]
    await screen.go(f"/inbox/{double.customer('Salma')['id']}")
    await screen.page.get_by_text("Pins could not load.").wait_for()
    assert [error for error in screen.errors if "It took too long to answer." not in error] == []
    screen.errors.clear()


async def test_a_folded_panel_is_asked_for_when_somebody_opens_it(double: Double, screen: Screen) -> None:
    double.offered.fragments |= {"pins": "<p>three pins</p>", "seen": "<p>seen</p>"}
    double.panels = [panel("conversation.detail", collapsed=True), panel("conversation.detail", "seen")]
    await screen.go(f"/inbox/{double.customer('Salma')['id']}")
    await screen.page.get_by_text("seen", exact=True).wait_for()
    assert [name for name, _ in double.offered.asked] == ["seen"]
    await screen.page.locator("summary", has_text="Pins").click()
    await screen.page.get_by_text("three pins").wait_for()


async def test_a_panel_is_shown_where_its_condition_holds(double: Double, screen: Screen) -> None:
    double.offered.fragments["pins"] = "<p>three pins</p>"
    double.panels = [panel("conversation.banner", when={"conversation.status": "closed"}), panel("composer.above")]
    await screen.go(f"/inbox/{double.customer('Salma')['id']}")
    await screen.page.locator('ui-slot[name="composer.above"]').get_by_text("three pins").wait_for()
    assert await screen.page.locator('ui-slot[name="conversation.banner"] ui-panel').count() == 0


async def test_an_element_stands_under_a_message(double: Double, screen: Screen) -> None:
    inbound = {"message.direction": "inbound"}
    double.panels = [panel("message.body", element="acme-good", module="good.js", when=inbound)]
    salma = double.customer("Salma")
    double.write(salma, "hello", quiet=True)
    double.write(salma, "yes?", quiet=True, direction="outbound")
    await screen.go(f"/inbox/{salma['id']}")
    await screen.page.locator("inbox-thread .m", has_text="hello").locator("acme-good b", has_text="Salma").wait_for()
    assert await screen.page.locator("inbox-thread acme-good").count() == 1


async def test_a_panel_of_a_message_opens_from_its_menu_and_writes_for_the_agent(double: Double,
                                                                                 screen: Screen) -> None:
    double.offered.fragments["pins"] = '<p>about it</p><button data-insert="Merci Salma">Thank</button>'
    double.panels = [panel("message.menu")]
    salma = double.customer("Salma")
    message = double.write(salma, "hello", quiet=True)
    await screen.go(f"/inbox/{salma['id']}")
    await screen.page.locator("inbox-thread .m").hover()
    await screen.page.get_by_role("button", name="More for this message").click()
    assert double.offered.asked == []
    await screen.page.get_by_role("menuitem", name="Pins").click()
    await screen.page.get_by_role("dialog", name="Pins").wait_for()
    await screen.page.get_by_role("button", name="Thank").click()
    assert (await asked(double, "pins"))[0]["message"] == message["id"]
    await screen.page.get_by_role("dialog").wait_for(state="hidden")
    field = screen.page.get_by_label("Message to Salma")
    assert await field.input_value() == "Merci Salma"
    assert await field.evaluate("(one) => one.getRootNode().activeElement === one")


async def test_a_contact_has_a_tab_for_each_plugin(double: Double, screen: Screen) -> None:
    double.offered.fragments |= {"pins": "<p>three pins</p>", "broken": ("", 500)}
    double.panels = [panel("contact.detail"), panel("contact.detail", "broken")]
    contact = double.customer("Salma")["contact"]["id"]
    await screen.go(f"/contacts/{contact}")
    await screen.page.get_by_role("dialog", name="Salma").wait_for()
    form = screen.page.locator("contacts-form")
    await form.get_by_label("Name", exact=True).fill("Salma B.")
    tabs = screen.page.locator("ui-tabs")
    await tabs.get_by_role("link", name="Pins").click()
    await screen.page.get_by_text("three pins").wait_for()
    assert screen.page.url.endswith(f"/contacts/{contact}/acme.pins")
    assert await asked(double, "pins") == [{"contact": contact}]
    await tabs.get_by_role("link", name="Broken").click()
    await screen.page.get_by_text("Broken could not load.").wait_for()
    await tabs.get_by_role("link", name="Contact").click()
    assert await form.get_by_label("Name", exact=True).input_value() == "Salma B."


async def test_badges_of_rows_are_asked_for_all_rows_at_once(double: Double, screen: Screen) -> None:
    people = [double.customer(f"Customer {number}", last_message_at=datetime.now(UTC).isoformat())
              for number in range(12)]
    double.offered.answers["vip"] = {people[3]["id"]: {"text": "VIP", "tone": "warn"}}
    double.panels = [panel("list.row.badge", "vip", data="vip", refresh_on=["message.received"])]
    await screen.go("/inbox")
    await screen.page.locator("inbox-list .row", has_text="Customer 3").get_by_text("VIP").wait_for()
    assert await screen.page.locator("inbox-list .chip").count() == 1
    requests = await asked(double, "vip")
    assert len(requests) <= 2
    assert sum(len(about["conversations"].split(",")) for about in requests) == 12
    double.offered.answers["vip"] = {people[3]["id"]: {"text": "Late", "tone": "bad"}}
    double.write(people[0], "news")
    await screen.page.locator("inbox-list .row", has_text="Customer 3").get_by_text("Late").wait_for()


@pytest.mark.parametrize("answer", [HANGS, ({"detail": "no"}, 500), ["nonsense"]])
async def test_badges_that_fail_leave_the_list_alone(double: Double, screen: Screen, answer: object) -> None:
    good = double.customer("Salma")
    double.offered.answers |= {"broken": answer, "vip": {good["id"]: {"text": "VIP"}}}
    double.panels = [panel("list.row.badge", "broken", data="broken"), panel("list.row.badge", "vip", data="vip")]
    await screen.go("/inbox")
    await screen.page.locator("inbox-list .row").get_by_text("VIP").wait_for()
    await screen.page.get_by_text("Broken could not load.").wait_for()
    expect_warning(screen, "badge acme.broken")
    double.offered.answers["broken"] = {}
    await screen.page.get_by_role("button", name="Retry").click()
    await screen.page.get_by_text("Broken could not load.").wait_for(state="hidden")


def dashboard(double: Double) -> None:
    double.offered.pages = [{"plugin": "inbox", "name": "dashboard", "title": "Dashboard", "icon": "layout-dashboard",
                             "nav": "main", "order": 30, "element": "inbox-dashboard", "module": "dashboard.js"}]


async def test_a_dashboard_without_cards_says_so(double: Double, screen: Screen) -> None:
    dashboard(double)
    await screen.go("/inbox.dashboard")
    await screen.page.get_by_text("No plugin offers figures to you yet.").wait_for()


async def test_the_dashboard_draws_figures_fragments_and_elements(double: Double, screen: Screen) -> None:
    dashboard(double)
    offered = double.offered
    offered.fragments |= {"pins": "<p>three pins</p>", "broken": ("", 500)}
    offered.answers = {"day": {"value": 1234, "unit": "orders"}, "week": {"labels": ["Mon", "Tue"], "values": [3, 5]},
                       "late": {"columns": ["Who", "Days"], "rows": [["Salma", 3]]}, "odd": {"value": "many"}}
    offered.offer("dashboard_cards", name="day", title="Today", kind="number", span=1, data="day")
    offered.offer("dashboard_cards", name="week", title="Week", kind="line", span=2, data="week")
    offered.offer("dashboard_cards", name="bars", title="Bars", kind="bar", span=1, data="week")
    offered.offer("dashboard_cards", name="late", title="Late", kind="table", span=1, data="late")
    offered.offer("dashboard_cards", name="odd", title="Odd", kind="number", span=1, data="odd")
    offered.offer("dashboard_cards", name="broken", title="Broken", kind="number", span=1, fragment="broken")
    double.panels = [panel("dashboard") | {"order": 1}]
    await screen.go("/inbox.dashboard")
    for words in ("three pins", "1,234", "Salma", "Odd could not load.", "Broken could not load."):
        await screen.page.get_by_text(words).wait_for()
    for name in ("Week", "Bars"):
        await screen.page.get_by_role("region", name=name).get_by_role("img", name="Mon: 3, Tue: 5").wait_for()
    async with asyncio.timeout(8):
        while not double.office.troubles:  # noqa: ASYNC110 - another task's
            await asyncio.sleep(0.02)
    assert [(told["plugin"], told["piece"]) for told in double.office.troubles] == [("acme", "odd")]
    expect_warning(screen, "panel acme.odd")


def renders(double: Double, module: str) -> Resource:
    double.offered.offer("message_renderers", type="order", element="acme-order", module=module)
    salma = double.customer("Salma")
    items = {"product_items": [{"product_retailer_id": "1", "quantity": 2, "item_price": 5, "currency": "MAD"}]}
    double.write(salma, "two lamps", quiet=True, type="order", content=items)
    double.write(salma, "hello", quiet=True)
    return salma


async def test_a_plugin_draws_a_kind_of_message(double: Double, screen: Screen) -> None:
    salma = renders(double, "order.js")
    await screen.go(f"/inbox/{salma['id']}")
    await screen.page.locator("acme-order b", has_text="1 line").wait_for()
    assert await screen.page.locator("inbox-thread ui-drawn").count() == 1


@pytest.mark.parametrize("module", ["throws.js", "hangs.js", "torn.js", "order-breaks.js"])
async def test_a_renderer_that_fails_leaves_the_kernels_drawing(double: Double, screen: Screen, module: str) -> None:
    salma = renders(double, module)
    await screen.go(f"/inbox/{salma['id']}")
    await screen.page.locator("inbox-thread .m", has_text="two lamps").wait_for()
    async with asyncio.timeout(8):
        while not double.office.troubles:  # noqa: ASYNC110 - another task's
            await asyncio.sleep(0.02)
    assert [(told["plugin"], told["piece"]) for told in double.office.troubles] == [("acme", "order")]
    assert await screen.page.get_by_text("two lamps").first.is_visible()
    expect_warning(screen, "renderer acme.order")


def action(double: Double, name: str = "thank", **piece: object) -> None:
    double.offered.offer("composer_actions", **({"name": name, "title": name.title(), "icon": "smile",
                                                 "window": "any"} | piece))


async def test_an_action_beside_the_composer_writes_what_the_server_answers(double: Double,
                                                                            screen: Screen) -> None:
    action(double, post="thank", shortcut="q")
    double.offered.answers["thank"] = {"insert": "Merci !"}
    salma = double.customer("Salma")
    double.write(salma, "hello", quiet=True)
    await screen.go(f"/inbox/{salma['id']}")
    field = screen.page.get_by_label("Message to Salma")
    await field.fill("Bonjour. ")
    await screen.page.get_by_role("button", name="Thank", exact=True).click()
    await screen.page.wait_for_function("""() => {
        const field = document.activeElement.shadowRoot.activeElement.shadowRoot.activeElement.shadowRoot.activeElement;
        return field?.value === "Bonjour. Merci !";
    }""")
    assert (await asked(double, "thank"))[0] == {"conversation": salma["id"], "text": "Bonjour. "}
    double.offered.answers["thank"] = {"replace": "Hello. Thank you!"}
    await field.press("Escape")
    await screen.page.keyboard.press("q")
    await asked(double, "thank", 2)
    await screen.page.wait_for_function("() => JSON.stringify(localStorage).includes('Hello. Thank you!')")
    assert await field.input_value() == "Hello. Thank you!"
    double.offered.answers["thank"] = ({"detail": "no"}, 500)
    await screen.page.get_by_role("button", name="Thank", exact=True).click()
    await screen.page.get_by_text("Thank did not work").wait_for()
    assert await field.input_value() == "Hello. Thank you!"


async def test_several_actions_are_a_menu_and_a_form_in_a_dialog(double: Double, screen: Screen) -> None:
    action(double, "order", fragment="order")
    action(double, "broken", element="acme-broken", module="throws.js")
    form = "<form method=post><input name=n aria-label=Number><button>Send it</button></form>"
    double.offered.fragments["order"] = form
    salma = double.customer("Salma")
    double.write(salma, "hello", quiet=True)
    await screen.go(f"/inbox/{salma['id']}")
    await screen.page.get_by_role("button", name="What plugins offer").click()
    await screen.page.get_by_role("menuitem", name="Broken").click()
    await screen.page.get_by_text("Broken could not load.").wait_for()
    await screen.page.keyboard.press("Escape")
    await screen.page.get_by_role("button", name="What plugins offer").click()
    await screen.page.get_by_role("menuitem", name="Order").click()
    await screen.page.get_by_label("Number").fill("12")
    double.offered.fragments["order"] = ""
    await screen.page.get_by_role("button", name="Send it").click()
    await screen.page.get_by_role("dialog").wait_for(state="detached")
    expect_warning(screen, "panel acme.broken")


async def test_when_the_window_is_closed_what_still_helps_is_there(double: Double, screen: Screen) -> None:
    action(double, post="thank", window="open")
    action(double, "ask", post="ask", window="closed")
    double.offered.answers["ask"] = {"toast": "A template was sent."}
    await screen.go(f"/inbox/{double.customer('Salma')['id']}")
    await screen.page.get_by_role("button", name="Ask", exact=True).click()
    await screen.page.get_by_text("A template was sent.").wait_for()
    assert await screen.page.get_by_role("button", name="Thank", exact=True).count() == 0


# ── the server away, answers out of order ──
async def cut_off(double: Double, screen: Screen) -> None:
    """As the person sees it when the network goes."""
    await screen.page.evaluate("""async () => {
        const { socket } = await import('@comptoir/sdk/ledger.js');
        const heard = (done) => socket.addEventListener('state', () => socket.state === 'offline' && done());
        window.went = new Promise(heard);
    }""")
    await screen.context.set_offline(offline=True)
    double.cut()
    await screen.page.evaluate("window.went")


async def test_a_renderer_that_could_not_come_while_offline_comes_when_the_server_is_back(double: Double,
                                                                                       screen: Screen) -> None:
    double.offered.offer("message_renderers", type="order", element="acme-order", module="order.js")
    salma = double.customer("Salma")
    double.write(salma, "hello", quiet=True)
    await screen.go(f"/inbox/{salma['id']}")
    await screen.live()
    await screen.page.locator("inbox-thread .m", has_text="hello").wait_for()
    await cut_off(double, screen)
    await screen.page.evaluate("""async (message) => {
        const { ledger } = await import('@comptoir/sdk/ledger.js');
        ledger.apply({ type: 'message.received', data: message });
    }""", order_of(double, salma))
    async with asyncio.timeout(8):
        while not any(error.startswith("renderer acme.order") for error in screen.errors):  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # the browser's console, by the other process
    assert await screen.page.get_by_text("two lamps").first.is_visible()
    await screen.context.set_offline(offline=False)
    await screen.page.locator("acme-order b", has_text="1 line").wait_for()
    assert double.office.troubles == []
    expect_warning(screen, "renderer acme.order")


def order_of(double: Double, conversation: Resource) -> Resource:
    items = {"product_items": [{"product_retailer_id": "1", "quantity": 2, "item_price": 5, "currency": "MAD"}]}
    message = double.write(conversation, "two lamps", quiet=True, type="order", content=items)
    return {"message": message, "conversation": dict(conversation)}


async def test_a_panel_opened_while_offline_is_not_told_as_broken_and_comes_by_itself(double: Double,
                                                                                      screen: Screen) -> None:
    double.panels = [panel("conversation.detail", element="acme-good", module="good.js", collapsed=True)]
    await screen.go(f"/inbox/{double.customer('Salma')['id']}")
    await screen.live()
    await screen.page.locator("summary", has_text="Pins").wait_for()
    await cut_off(double, screen)
    await screen.page.locator("summary", has_text="Pins").click()
    await screen.page.locator("inbox-detail").get_by_text("The server cannot be reached.").wait_for()
    await screen.context.set_offline(offline=False)
    await screen.page.locator("acme-good b", has_text="Salma").wait_for()
    assert double.office.troubles == []
    expect_warning(screen, "panel acme.pins")


async def test_badges_that_failed_are_asked_for_again_after_a_rest(double: Double, screen: Screen) -> None:
    await screen.page.clock.install()
    salma = double.customer("Salma")
    double.offered.answers["vip"] = ({"detail": "no"}, 500)
    double.panels = [panel("list.row.badge", "vip", data="vip")]
    await screen.go("/inbox")
    await screen.page.get_by_text("Vip could not load.").wait_for()
    double.offered.answers["vip"] = {salma["id"]: {"text": "VIP"}}
    await screen.page.clock.fast_forward(61_000)
    await screen.page.locator("inbox-list .row").get_by_text("VIP").wait_for()
    await screen.page.get_by_text("Vip could not load.").wait_for(state="hidden")
    expect_warning(screen, "badge acme.vip")


PATIENT = "AbortSignal.timeout = () => new AbortController().signal"
"""However slow this machine is, no request runs out of its time."""


class Queue:
    """Answers of a route that the test lets go, in an order of its own."""

    def __init__(self) -> None:
        self.waiting: list[asyncio.Future[Resource]] = []

    def __call__(self, _about: object) -> asyncio.Future[Resource]:
        self.waiting.append(asyncio.get_running_loop().create_future())
        return self.waiting[-1]


async def test_badges_of_before_the_news_do_not_overwrite_those_of_after(double: Double, screen: Screen) -> None:
    salma = double.customer("Salma")
    await screen.page.add_init_script(PATIENT)
    queue = Queue()
    double.offered.answers["vip"] = lambda about: (
        {salma["id"]: {"text": "After"}} if queue.waiting else queue(about))
    double.panels = [panel("list.row.badge", "vip", data="vip", refresh_on=["message.received"])]
    await screen.go("/inbox")
    await screen.live()
    await asked(double, "vip")
    double.write(salma, "news")  # the same is asked for as before: neither waits for the other
    row = screen.page.locator("inbox-list .row", has_text="Salma")
    await row.get_by_text("After").wait_for()
    async with screen.page.expect_response("**/data/vip**"):
        queue.waiting[0].set_result({salma["id"]: {"text": "Before"}})
    await screen.page.evaluate("() => new Promise((done) => setTimeout(done))")
    assert await row.get_by_text("After").count() == 1


async def test_a_figure_gives_up_what_it_asked_before_the_news(double: Double, screen: Screen) -> None:
    """An answer of then could come after that of now."""
    dashboard(double)
    await screen.page.add_init_script(PATIENT)
    double.offered.answers["day"] = queue = Queue()
    double.offered.offer("dashboard_cards", name="day", title="Today", kind="number", span=1, data="day",
                         refresh_on=["message.received"])
    salma = double.customer("Salma")
    await screen.go("/inbox.dashboard")
    await screen.live()
    await asked(double, "day")
    async with screen.page.expect_event("requestfailed", lambda request: "/data/day" in request.url):
        double.write(salma, "news")
    await asked(double, "day", 2)
    queue.waiting[1].set_result({"value": 2222})
    await screen.page.get_by_text("2,222").wait_for()
    assert await screen.page.get_by_text("could not load").count() == 0


async def test_words_of_a_slow_action_wait_in_the_conversation_they_were_meant_for(double: Double,
                                                                                   screen: Screen) -> None:
    action(double, post="thank")
    double.offered.answers["thank"] = answer = asyncio.get_running_loop().create_future()
    salma, badr = double.customer("Salma"), double.customer("Badr")
    for conversation in (salma, badr):
        double.write(conversation, "hello", quiet=True)
    await screen.go(f"/inbox/{salma['id']}")
    await screen.page.get_by_label("Message to Salma").fill("Bonjour.")
    await screen.page.get_by_role("button", name="Thank", exact=True).click()
    await asked(double, "thank")
    await screen.page.locator("inbox-list .row", has_text="Badr").click()
    other = screen.page.get_by_label("Message to Badr")
    await other.wait_for()
    answer.set_result({"insert": "Merci !"})
    await screen.page.get_by_text("Thank: the words wait in the conversation with Salma.").wait_for()
    assert await other.input_value() == ""
    await screen.page.locator("inbox-list .row", has_text="Salma").click()
    assert await screen.page.get_by_label("Message to Salma").input_value() == "Bonjour.\nMerci !"


async def test_a_button_stands_in_the_rail_of_every_page(double: Double, screen: Screen) -> None:
    double.offered.fragments["pins"] = "<button>Pins of mine</button>"
    double.panels = [panel("rail")]
    for path in ("/inbox", "/settings.me"):
        await screen.go(path)
        await screen.page.locator('.rail ui-slot[name="rail"]').get_by_role("button", name="Pins of mine").wait_for()
    assert (await asked(double, "pins", 2)) == [{}, {}]
