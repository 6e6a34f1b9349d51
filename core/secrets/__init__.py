"""Secrets at rest: sealed with a tenant's data key, which a master key outside the database wraps."""

from core.secrets.aead import SealBroken
from core.secrets.master import MasterKeys
from core.secrets.vault import Place, Vault

__all__ = ["MasterKeys", "Place", "SealBroken", "Vault"]
