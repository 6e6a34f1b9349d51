"""What became of each plugin that config.yaml installs; always shown to the operator."""

from dataclasses import dataclass, field
from typing import Literal

from comptoir_sdk import Channel, Command, Job, Plugin, Route
from comptoir_sdk.deprecation import Deprecation
from comptoir_sdk.ui import Element

State = Literal["loaded", "incompatible", "missing", "broken"]


@dataclass(frozen=True)
class Declared:
    """What the plugin's register_* hooks returned."""

    routes: tuple[Route, ...] = ()
    panels: tuple[Element, ...] = ()
    jobs: tuple[Job, ...] = ()
    channels: tuple[Channel, ...] = ()
    commands: tuple[Command, ...] = ()


@dataclass
class Installed:
    """One plugin of config.yaml. `why` says what is wrong and what to do; `plugin` is None until it was imported."""

    name: str
    state: State
    why: str = ""
    plugin: Plugin | None = None
    declared: Declared = field(default_factory=Declared)
    deprecations: list[Deprecation] = field(default_factory=list)
    """What it uses of the SDK that a later version will not have."""
    package: str = ""
    """The module or package that is the plugin's own, by which its lines are told from others'."""

    @property
    def gist(self) -> str:
        """One line of `why`: of a traceback, what was raised. Its message may go on for lines."""
        lines = self.why.strip().splitlines()
        deepest = max((number for number, line in enumerate(lines) if line.startswith('  File "')), default=None)
        if deepest is None:
            return lines[-1] if lines else ""
        return next((line for line in lines[deepest + 1:] if not line.startswith(" ")), lines[-1])


class Refused(Exception):
    """A plugin that cannot be used: `state` and the sentence for the operator."""

    def __init__(self, state: State, why: str) -> None:
        super().__init__(why)
        self.state, self.why = state, why
