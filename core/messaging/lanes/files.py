"""A message's files on their way to Meta: its ids of them, before the POST; another upload when it has lost one."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from core.errors import NotFound, Unavailable
from core.messaging.accounts import NoToken
from core.messaging.lanes.candidates import Candidate
from core.messaging.media import SentMedia
from core.messaging.media.named import named_files, with_ids
from core.secrets import SealBroken
from core.whatsapp.client import GraphError, GraphRefused
from core.whatsapp.outbound import InvalidPayload
from core.whatsapp.outcomes import Refused, SendOutcome

WAIT_SECONDS: Final = 5.0
"""Less than a lane's lease leaves. A longer upload goes on beside it, and the message waits its next turn."""
LOST_IDS: Final = frozenset({33, 100, 131009, 131052, 131053})
"""How Meta says, among other things, that it does not know a media id (any more)."""


@dataclass(frozen=True, slots=True)
class StillUploading:
    """Nothing was sent: Meta does not have the file yet, or could not take it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Filled:
    """The content as Meta takes it, and the ids in it."""

    content: dict[str, Any]
    ids: dict[UUID, str]


class MessageFiles:
    """For lanes; without `sent`, of an installation that keeps no files."""

    def __init__(self, sent: SentMedia | None) -> None:
        self._sent = sent

    async def filled(self, candidate: Candidate) -> Filled | StillUploading | SendOutcome:
        """Raises InvalidPayload when a file is not there any more."""
        files = [file for _, file, _ in named_files(candidate.type, candidate.content)]
        if not files:
            return Filled(candidate.content, {})
        if self._sent is None:
            raise InvalidPayload("Files cannot be sent from here.")
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                ids = {file: await self._sent.media_id(candidate.account, file) for file in files}
        except NotFound as error:
            raise InvalidPayload(error.detail) from None
        except GraphRefused as error:
            return error.refused
        except (TimeoutError, GraphError, Unavailable, NoToken, SealBroken) as error:
            return StillUploading(str(error) or "the file is still being uploaded")
        return Filled(with_ids(candidate.content, ids), ids)

    async def lost(self, candidate: Candidate, filled: Filled, outcome: SendOutcome) -> bool:
        """Whether Meta may have lost a file that it had: its id is forgotten, and the message can be tried anew."""
        if self._sent is None or not filled.ids:
            return False
        if not isinstance(outcome, Refused) or outcome.error.code not in LOST_IDS:
            return False
        for media_id in filled.ids.values():
            await self._sent.forget(candidate.account, media_id)
        return True
