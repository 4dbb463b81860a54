"""What the formats of entanglement scheduling share."""
