"""The Graph API: media up, its five-minute link, media down and away."""

from quart import Blueprint, Response, g, request

from comptoir_sdk.sandbox import misbehaviour
from comptoir_sdk.sandbox.caller import box, enter, given_token, numbers
from comptoir_sdk.sandbox.graph import answer, check_number
from comptoir_sdk.sandbox.media import MB
from comptoir_sdk.sandbox.refusals import Refusal, parameter, unknown_object

graph_media = Blueprint("graph_media", __name__)
graph_media.before_request(enter)
OVERSIZE = 64 * MB


@graph_media.post("/<node>/media")
async def upload(node: str) -> Response:
    check_number(node)
    fault = box().faults.draw("media_upload")
    if fault is not None:
        return await misbehaviour.strike(fault)
    form, files = await request.form, await request.files
    if form.get("messaging_product") != "whatsapp":
        raise parameter("The parameter messaging_product is required.")
    file = files.get("file")
    if file is None:
        raise parameter("The parameter file is required.")
    medium = box().media.upload(file.read(), form.get("type") or file.content_type or "", file.filename)
    return answer({"id": medium.id})


async def link(node: str) -> Response:
    """A medium's five-minute link; raises 100/33."""
    medium, asked = box().media.get(node), request.args.get("phone_number_id", box().number.phone_number_id)
    if medium is None or asked != box().number.phone_number_id:
        raise unknown_object(node, "get")
    fault = box().faults.draw("media_url")
    if fault is not None:
        return await misbehaviour.strike(fault)
    base = box().settings.public_url or request.host_url.rstrip("/")
    return answer(
        {
            "messaging_product": "whatsapp",
            "url": box().media.link(medium, base),
            "mime_type": medium.mime_type,
            "sha256": medium.sha256,
            "file_size": medium.size,
            "id": medium.id,
        }
    )


@graph_media.delete("/<node>")
async def delete(node: str) -> Response:
    if not box().media.forget(node):
        raise unknown_object(node, "delete")
    return answer({"success": True})


@graph_media.get("/lookaside/whatsapp_business/attachments/")
async def download() -> Response:
    """The file. Wants the Bearer token and a User-Agent; 404 once the five minutes are over."""
    if not request.headers.get("User-Agent"):
        raise Refusal(400, 100, "(#100) A User-Agent is required")
    query = request.args
    g.box = next((one for one in numbers().with_token(given_token()) if one.answers_to(query.get("mid", ""))), box())
    medium = box().media.follow(query.get("mid", ""), query.get("ext", ""), query.get("hash", ""))
    if medium is None:
        raise Refusal(404, 100, "(#100) Media link has expired")
    data = box().media.read(medium)
    fault = box().faults.draw("media_download")
    if fault is not None:
        data = {"media_oversize": data + bytes(OVERSIZE), "media_corrupt": bytes(len(data))}.get(fault.name, data)
        if fault.name not in {"media_oversize", "media_corrupt"}:
            return await misbehaviour.strike(fault, data, medium.mime_type)
    response = Response(data, content_type=medium.mime_type)
    response.headers["Content-Disposition"] = "attachment"
    return response
