"""Object storage: where attachments' bytes are. A folder by default, an S3 bucket when config.yaml says so."""

from pathlib import Path

from core.config.model import Storage as StorageSettings
from core.storage.folder import FolderStorage
from core.storage.protocol import Source, Storage, Stored
from core.storage.s3 import S3Storage

__all__ = ["FolderStorage", "S3Storage", "Source", "Storage", "Stored", "open_storage"]


async def open_storage(settings: StorageSettings, data_dir: Path) -> Storage:
    """The store that the settings name, checked: raises Unavailable, saying what to do, when it cannot be used."""
    storage = await _open(settings, data_dir)
    try:
        await storage.check()
    except BaseException:
        await storage.close()
        raise
    return storage


async def _open(settings: StorageSettings, data_dir: Path) -> Storage:
    if settings.kind == "folder":
        return FolderStorage(data_dir / settings.path)
    s3 = settings.s3
    return await S3Storage.connect(
        s3.bucket or "", access_key=s3.access_key or "", secret_key=s3.secret_key or "", region=s3.region,
        endpoint=s3.endpoint,
    )
