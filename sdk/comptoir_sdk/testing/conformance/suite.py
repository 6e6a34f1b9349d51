"""The checks as pytest tests."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from comptoir_sdk.testing.conformance import CHECKS, Bench, Check
from comptoir_sdk.testing.conformance.check import require
from comptoir_sdk.testing.conformance.report import tried
from comptoir_sdk.testing.kernel import Kernel


class PluginConformance:
    """Subclass it in a test file: `class TestConformance(PluginConformance): plugin = "acme_pins"`."""

    plugin: ClassVar[str]
    settings: ClassVar[Mapping[str, Any]] = {}
    """What its Settings need beyond their defaults."""

    @pytest.mark.asyncio
    async def test_it_is_written_as_it_should_be(self, comptoir: Kernel) -> None:
        """The promises that show without anything happening; all that are broken are told."""
        bench = Bench(comptoir, self.plugin, self.settings)
        outcomes = [await tried(check, bench) for check in CHECKS if check.written]
        wrong = [f"{one.check.level} {one.check.name}: {one.wrong}" for one in outcomes if not one.kept]
        require(not wrong, "\n".join(wrong))

    @pytest.mark.asyncio
    @pytest.mark.parametrize("check", [check for check in CHECKS if not check.written], ids=lambda check: check.name)
    async def test_it_keeps(self, check: Check, comptoir: Kernel) -> None:
        """Each other promise by itself, on a database of its own."""
        await check.run(Bench(comptoir, self.plugin, self.settings))
