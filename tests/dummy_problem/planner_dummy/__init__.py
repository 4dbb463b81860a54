"""Choose some of a few numbers: the smallest problem that has everything a problem has."""
