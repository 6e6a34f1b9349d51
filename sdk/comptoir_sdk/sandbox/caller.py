"""Who is calling the Graph API, and which simulated number the call is about."""

import hashlib
import hmac
from datetime import UTC, datetime
from email.utils import format_datetime

from quart import current_app, g, request

from comptoir_sdk.sandbox.box import Box
from comptoir_sdk.sandbox.numbers import Numbers
from comptoir_sdk.sandbox.refusals import Refusal, parameter, token_expired, token_refused

PROOF_MISSING = "API calls from the server require an appsecret_proof argument"
PROOF_WRONG = "Invalid appsecret_proof provided in the API argument"


def numbers() -> Numbers:
    """All simulated numbers."""
    found: Numbers = current_app.extensions["sandbox"]
    return found


def box() -> Box:
    """The number that this request is about; raises 404/100 while there is none."""
    found: Box | None = g.get("box") or numbers().usual
    if found is None:
        raise Refusal(404, 100, "There is no number yet: POST /sandbox/api/numbers makes one")
    return found


def given_token() -> str:
    """The Bearer token, or `access_token` as Graph also takes it."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return given if scheme in {"Bearer", "OAuth"} else request.args.get("access_token", "")


async def enter() -> None:
    """Before every Graph call: find the number by token and object; raises 401/190 and the app secret's 100."""
    held = numbers().with_token(given_token())
    if not held:
        raise token_refused()
    node = str((request.view_args or {}).get("node", ""))
    g.box = next((one for one in held if one.answers_to(node)), held[0])
    if box().faults.draw("token") or not box().facts.token_valid:
        raise token_expired()
    check_proof(given_token())


def check_proof(token: str) -> None:
    """`appsecret_proof`, when it is given or demanded: HMAC-SHA256 of the token with the app secret."""
    proof = request.args.get("appsecret_proof")
    if proof is None:
        if box().facts.require_appsecret_proof:
            raise Refusal(400, 100, PROOF_MISSING)
        return
    right = hmac.new(box().number.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    if box().faults.draw("proof") or not hmac.compare_digest(right.encode(), proof.encode()):
        raise Refusal(400, 100, PROOF_WRONG)


async def choose() -> None:
    """Before every control call: `?number=` names the number; raises 100 for one that does not exist."""
    wanted = request.args.get("number")
    if wanted is None:
        return
    found = numbers().get(wanted)
    if found is None:
        raise parameter(f"there is no number {wanted!r}; GET /sandbox/api/numbers lists them")
    g.box = found


def date_header() -> str:
    """Now, as the sandbox's clock tells it to others: a fault puts it wrong."""
    asked: Box | None = g.get("box") or numbers().usual
    skew = asked.faults.draw("clock") if asked else None
    at = datetime.now(UTC).timestamp() + (skew.switch.seconds if skew else 0)
    return format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)
