"""Where the plugin's files are."""

from dataclasses import dataclass

from comptoir_sdk.ui.element import Element


@dataclass(frozen=True)
class Assets(Element):
    """Folders inside the import package `package`: browser modules, Jinja templates, gettext catalogues."""

    package: str
    static: str | None = None
    templates: str | None = None
    locales: str | None = None
