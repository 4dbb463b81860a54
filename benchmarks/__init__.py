"""How well it does: figures against peers and growth with size, side by side in one run."""
