"""Web Push: what a browser is told while no page of ours is open (RFC 8030), sealed for it alone (RFC 8291)."""
