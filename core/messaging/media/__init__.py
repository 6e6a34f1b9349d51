"""Files: customers' own, fetched and shown, and those that are sent to them."""

from core.messaging.media.again import fetch_again
from core.messaging.media.fetch import MediaFetcher, unpark
from core.messaging.media.previews import PreviewMaker
from core.messaging.media.sent import SentMedia
from core.messaging.media.uploads import Upload, Uploads, attach

__all__ = ["MediaFetcher", "PreviewMaker", "SentMedia", "Upload", "Uploads", "attach", "fetch_again", "unpark"]
