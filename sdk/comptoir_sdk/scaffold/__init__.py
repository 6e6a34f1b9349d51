"""A new plugin: a whole distribution from the template beside this file. Needs no network and no kernel."""

from comptoir_sdk.scaffold.write import PARTS, NameRefused, with_needed, write

__all__ = ["PARTS", "NameRefused", "with_needed", "write"]
