"""Meta in a box: a WhatsApp Cloud API that lives on this machine, with phones in the browser.

Run it with `python -m comptoir_sdk.sandbox`, or take `create_app(settings)` into a test.
It speaks to the program under test over HTTP only: Graph API in, signed webhooks out.
"""

from comptoir_sdk.sandbox.app import create_app
from comptoir_sdk.sandbox.settings import Settings, SettingsError

__all__ = ["Settings", "SettingsError", "create_app"]
