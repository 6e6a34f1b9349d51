"""Try a plugin against the real kernel and a real PostgreSQL. In a conftest.py:

    from comptoir_sdk.testing.fixtures import comptoir, comptoir_cluster

    async def test_a_note_is_kept(comptoir):
        shop = await comptoir.tenant(plugins={"inbox": {}})
        await shop.receives("salam", sender="+212600000001")    # signed, through the real webhook
        await comptoir.drain()                                  # applies it, tells observers, runs jobs
"""

from comptoir_sdk.testing.kernel import Agent, Answer, Cluster, Kernel, Shop, find_kernel

__all__ = ["Agent", "Answer", "Cluster", "Kernel", "Shop", "find_kernel"]
