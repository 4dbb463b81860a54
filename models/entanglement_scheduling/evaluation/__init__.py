"""What a schedule holds, when, and what it is worth."""
