"""config.yaml and the environment become one frozen, typed `Settings`."""

from core.config.errors import ConfigError
from core.config.key_ring import KeyRing
from core.config.load import load
from core.config.model import S3, ConfigFile, Egress, Mail, People, Sending, Server, Storage, Uncertain
from core.config.plugins import PluginGate, PluginGateMap
from core.config.settings import Ports, Settings

__all__ = [
    "S3",
    "ConfigError",
    "ConfigFile",
    "Egress",
    "KeyRing",
    "Mail",
    "People",
    "PluginGate",
    "PluginGateMap",
    "Ports",
    "Sending",
    "Server",
    "Settings",
    "Storage",
    "Uncertain",
    "load",
]
