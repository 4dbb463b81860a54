"""Flow splitting on general directed graphs."""
