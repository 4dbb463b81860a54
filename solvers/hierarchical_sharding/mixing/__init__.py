"""Mixed plans: layers with shardings of their own, by integer programming."""
