"""From what the user wrote to arrays, and what can be wrong with it."""
