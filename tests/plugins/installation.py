"""An installation of sample plugins, switched on and off by the test."""

from collections.abc import Iterable
from importlib.metadata import EntryPoint
from pathlib import Path

from core.egress import Egress
from core.harness import Broadcasts, Switches
from core.plugins.host import PluginHost, Reach
from core.plugins.loader import GROUP, Plugins, load
from core.storage import FolderStorage
from tests.seed import VAULT

__all__ = ["Broadcasts", "Switches", "load_samples", "make_host"]

_BROKEN = ("raises_at_register", "misspelt", "raises_in_observer", "raises_in_filter", "sleeps", "stubborn", "leaks",
           "leaves", "blocks", "slow_sql", "bad_rule", "bad_cron", "bad_shape", "bad_assets", "bad_settings",
           "hangs_at_register", "sleeps_everywhere", "forgetful", "too_new", "eats", "needs_absent", "needs_newer_good",
           "undeclared_permission", "raises_in_one_of_two", "reads")
_HOSTILE = ("unsettling", "hoards", "hangs_in_threads", "mistyped", "unserialisable", "streams", "million", "endless",
            "twice", "twice_in_other_words", "impostor", "escapes", "bad_default", "eats_in_a_job", "steps")
POINTS = [
    EntryPoint("good", "tests.plugins.samples.good:plugin", GROUP),
    EntryPoint("raises_at_import", "tests.plugins.samples.raises_at_import:plugin", GROUP),
    *(EntryPoint(name, f"tests.plugins.samples.asking:{name}", GROUP)
      for name in ("asker", "polite", "tardy", "uninvited", "mumbles", "copycat", "behind", "clumsy")),
    EntryPoint("listens", "tests.plugins.samples.listening:listens", GROUP),
    *(EntryPoint(name, f"tests.plugins.samples.keeping:{name}", GROUP) for name in ("keeps", "reliable")),
    *(EntryPoint(name, f"tests.plugins.samples.stored:{name}", GROUP) for name in ("torn", "bare", "lost")),
    *(EntryPoint(name, f"tests.plugins.samples.fitted:{name}", GROUP) for name in ("fitted", "needy")),
    EntryPoint("hangs_at_import", "tests.plugins.samples.hangs_at_import:plugin", GROUP),
    *(EntryPoint(name, f"tests.plugins.samples.broken:{name}", GROUP) for name in _BROKEN),
    *(EntryPoint(name, f"tests.plugins.samples.hostile:{name}", GROUP) for name in _HOSTILE),
]
BUNDLED = [EntryPoint(name, f"plugins.{name}:plugin", GROUP) for name in ("contacts", "inbox", "settings")]


def load_samples(*names: str) -> Plugins:
    return load(names, [*POINTS, *BUNDLED])


def make_host(names: Iterable[str], switches: Switches, broadcasts: Broadcasts, folder: Path) -> PluginHost:
    return PluginHost(load_samples(*names), switches, Reach(FolderStorage(folder), Egress(), broadcasts, 2, VAULT))
