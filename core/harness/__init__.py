"""The kernel as plugins' tests see it: implements the protocols of comptoir_sdk.testing on the real thing."""

from core.harness.cluster import Cluster, cluster
from core.harness.kernel import Kernel
from core.harness.switches import Broadcasts, Switches

__all__ = ["Broadcasts", "Cluster", "Kernel", "Switches", "cluster"]
