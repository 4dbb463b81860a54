"""How well it does: figures against peers and growth with size, measured side by side in one run."""
