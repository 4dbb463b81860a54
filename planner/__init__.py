"""Plans for AI clusters and quantum networks, each with a bound that can be re-checked."""
