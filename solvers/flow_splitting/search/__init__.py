"""Local search for whole flows of different sizes."""
