"""The web process of tests/http serves here too."""

from tests.http.conftest import anonymous, app, process, settings

__all__ = ["anonymous", "app", "process", "settings"]
