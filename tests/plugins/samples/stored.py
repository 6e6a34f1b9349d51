"""Plugins with tables: one whose migration fails, one whose table stands open."""

from typing import ClassVar

from comptoir_sdk import Plugin


class Torn(Plugin):
    name = "torn"
    models: ClassVar = ("tests.plugins.samples.torn_models",)
    migrations = "tests.plugins.samples.torn_migrations"


class Bare(Plugin):
    name = "bare"
    models: ClassVar = ("tests.plugins.samples.bare_models",)
    migrations = "tests.plugins.samples.bare_migrations"


class Lost(Plugin):
    """Its models point at a table that is not there."""

    name = "lost"
    models: ClassVar = ("tests.plugins.samples.lost_models",)
    migrations = "tests.plugins.samples.bare_migrations"


torn, bare, lost = Torn(), Bare(), Lost()
