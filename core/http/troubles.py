"""Screens tell of plugins' pieces that do not work, so that the operator hears of it and not only who sees them."""

from typing import Annotated

from pydantic import StringConstraints

from core.auth.access import SIGNED_IN
from core.errors import NotFound
from core.http.myself import caller
from core.http.operation import Api
from core.http.services import services
from core.http.text import RequestModel, Text, example


class Trouble(RequestModel):
    """`piece` is the panel or page, `stack` as the browser tells it."""

    model_config = example(plugin="inbox", piece="orders", told="TypeError: order is undefined",
                           stack="at Orders.render (/p/inbox/static/5c72a8ff1ea4c83d/orders.js:12:9)")

    plugin: Annotated[Text, StringConstraints(min_length=1, max_length=100)]
    piece: Annotated[Text, StringConstraints(min_length=1, max_length=100)]
    told: Annotated[Text, StringConstraints(min_length=1, max_length=500)]
    stack: Annotated[Text, StringConstraints(max_length=8000)] = ""


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("POST", "/plugin-troubles", SIGNED_IN, "Tell of a plugin's piece that does not work",
               body=Trouble, responses={204: None}, tags=["Plugins"], problems=(404,))  # fmt: skip
    async def tell_plugin_trouble(body: Trouble) -> None:
        """The operator is shown it; whoever tells is not."""
        if not services().report(caller().tenant_id, body.plugin, body.piece, body.told, body.stack):
            raise NotFound("There is nothing here.")
