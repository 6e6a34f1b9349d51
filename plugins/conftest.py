"""The fixtures of any plugin's tests."""

from comptoir_sdk.testing.fixtures import comptoir, comptoir_cluster

__all__ = ["comptoir", "comptoir_cluster"]
