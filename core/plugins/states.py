"""What became of each plugin that config.yaml installs; always shown to the operator."""

from dataclasses import dataclass, field
from typing import Literal

from comptoir_sdk import Channel, Command, Job, Plugin, Route
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
    package: str = ""
    """The module or package that is the plugin's own, by which its lines are told from others'."""


class Refused(Exception):
    """A plugin that cannot be used: `state` and the sentence for the operator."""

    def __init__(self, state: State, why: str) -> None:
        super().__init__(why)
        self.state, self.why = state, why
