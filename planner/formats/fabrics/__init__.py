"""Networks as other programmes wire them, turned into the topologies of an instance."""
