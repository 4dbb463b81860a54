"""What the formats of gossip rates share."""
