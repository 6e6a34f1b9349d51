"""The web process of tests/http serves here too."""

from tests.http.conftest import anonymous, app, enter, process, settings, with_key

__all__ = ["anonymous", "app", "enter", "process", "settings", "with_key"]
