"""How often anybody may ask: rules in one table, counted in Valkey, and here when Valkey is away."""
