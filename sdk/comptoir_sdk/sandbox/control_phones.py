"""The control API's phones: making them, writing as their owners, opening their threads."""

import json
from importlib.resources import files
from typing import Any

from quart import Blueprint, Response, request

from comptoir_sdk.sandbox.caller import box, choose
from comptoir_sdk.sandbox.control import refuse
from comptoir_sdk.sandbox.graph import answer, json_body
from comptoir_sdk.sandbox.media import TYPES
from comptoir_sdk.sandbox.phones import Phone, PhoneRefused, bubble, change
from comptoir_sdk.sandbox.refusals import Refusal

control_phones = Blueprint("control_phones", __name__, url_prefix="/sandbox/api")
control_phones.before_request(choose)
SHOWN_INLINE = {"image/jpeg", "image/png", "image/webp", "image/gif", "audio/ogg", "audio/mpeg", "video/mp4"}


@control_phones.errorhandler(PhoneRefused)
@control_phones.errorhandler(Refusal)
async def explain(error: Exception) -> Response:
    return refuse(str(error))


class NoSuchPhone(LookupError):
    """There is no phone with this id."""


@control_phones.errorhandler(NoSuchPhone)
async def explain_absence(error: Exception) -> Response:
    return refuse(str(error), 404)


def the_phone(phone_id: str) -> Phone:
    phone = box().phones.get(phone_id)
    if phone is None:
        raise NoSuchPhone(f"there is no phone {phone_id!r}; GET /sandbox/api/phones lists them")
    return phone


@control_phones.get("/phones")
async def phones() -> Response:
    now = box().clock.now()
    return answer({"items": [phone.summary(now) for phone in box().phones]})


@control_phones.post("/phones")
async def make() -> Response:
    """One phone, or many with `{"count": 500, "first_number": 212610000000}`."""
    body = await json_body()
    now = box().clock.now()
    if "count" not in body:
        phone = box().phones.make(body)
        box().feed.tell("phone", phone=phone.summary(now))
        box().snapshot.touch()
        return created(phone.summary(now))
    first = int(body.get("first_number") or 212610000000)
    made = [box().phones.make({"name": f"Customer {n}", "number": first + n}) for n in range(int(body["count"]))]
    box().snapshot.touch()
    return created({"items": [phone.summary(now) for phone in made]})


@control_phones.get("/phones/<phone_id>")
async def phone(phone_id: str) -> Response:
    return answer(the_phone(phone_id).summary(box().clock.now()))


@control_phones.patch("/phones/<phone_id>")
async def change_phone(phone_id: str) -> Response:
    """`{blue_ticks, auto_read, online, hidden, allowed, name, username, language}`."""
    changed, was_online = the_phone(phone_id), the_phone(phone_id).online
    for key, value in (await json_body()).items():
        change(changed, key, value)
    if changed.online and not was_online:
        box().statuses.deliver_waiting(changed)
    summary = changed.summary(box().clock.now())
    box().feed.tell("phone", phone=summary)
    box().snapshot.touch()
    return answer(summary)


@control_phones.get("/phones/<phone_id>/messages")
async def thread(phone_id: str) -> Response:
    """The last `?limit=` messages (200), oldest first."""
    limit = request.args.get("limit", 200, type=int)
    return answer({"items": [bubble(message) for message in the_phone(phone_id).thread[-max(1, limit) :]]})


@control_phones.post("/phones/<phone_id>/messages")
async def write(phone_id: str) -> Response:
    """Write as the customer: `{"type": T, T: {…}, "reply_to": wamid}`; text and captions may be plain strings."""
    writer = the_phone(phone_id)
    body = await json_body()
    kind = str(body.get("type") or "text")
    if kind not in body and kind not in TYPES:
        return refuse(f'the message has no {kind!r}: give {{"type": "{kind}", "{kind}": ...}}')
    context = body.get("context") or {}
    reply_to = body.get("reply_to") or context.get("message_id")
    message = box().write(writer, kind, content(kind, body.get(kind)), reply_to)
    return created(bubble(message))


def content(kind: str, given: Any) -> Any:
    """The type's object, from the short forms the page and tests like to write."""
    if kind == "text" and isinstance(given, str):
        return {"body": given}
    if kind in TYPES:
        given = given if isinstance(given, dict) else {}
        medium = sample() if given.get("sample") else str(given.get("id") or "")
        shown = box().incoming_medium(medium, given.get("caption"))
        return shown | {key: given[key] for key in ("filename", "voice", "animated") if key in given}
    return given


def sample() -> str:
    """A new medium made of the built-in picture."""
    data = (files("comptoir_sdk.sandbox.page") / "sample.png").read_bytes()
    return box().media.keep(data, "image/png", "sample.png").id


@control_phones.post("/phones/<phone_id>/open")
async def open_thread(phone_id: str) -> Response:
    """The customer looks at the thread: blue ticks go out (unless they are switched off on this phone)."""
    return answer({"read": box().look(the_phone(phone_id))})


@control_phones.post("/media")
async def upload() -> Response:
    """A file from the customer's phone: multipart `file`."""
    file = (await request.files).get("file")
    if file is None:
        return refuse("send the file as multipart/form-data, in a part called file")
    medium = box().media.keep(file.read(), file.content_type or "application/octet-stream", file.filename)
    return created({"id": medium.id, "mime_type": medium.mime_type, "sha256": medium.sha256})


@control_phones.get("/media/<media_id>")
async def show(media_id: str) -> Response:
    """A medium for the page; what is not a picture or a sound is offered for download, never run."""
    medium = box().media.get(media_id)
    if medium is None:
        return refuse("this medium is unknown or has expired", 404)
    inline = medium.bare_type in SHOWN_INLINE
    kind = medium.mime_type if inline else "application/octet-stream"
    response = Response(box().media.read(medium), content_type=kind)
    response.headers["Content-Disposition"] = "inline" if inline else "attachment"
    return response


def created(value: Any) -> Response:
    return Response(json.dumps(value), 201, content_type="application/json")
