"""The web process of tests/http serves here too, with everybody's mailbox."""

import pytest

from core.config import Settings
from core.db.pool import Database
from core.http.application import Application
from tests.http.conftest import anonymous, app, enter, process, settings, with_key
from tests.people.crew import EnterAs, in_roles
from tests.people.mailbox import Mailbox

__all__ = ["anonymous", "app", "enter", "process", "settings", "with_key"]


@pytest.fixture
def mailbox(settings: Settings, db: Database) -> Mailbox:
    return Mailbox(settings, db)


@pytest.fixture
def enter_as(app: Application, db: Database) -> EnterAs:
    return in_roles(app, db)
