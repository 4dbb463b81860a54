"""What the formats of hierarchical sharding share."""
