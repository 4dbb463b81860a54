"""What bounds every schedule, or rules some out; `check` adds certificates up with these."""
