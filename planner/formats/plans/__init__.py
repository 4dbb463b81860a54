"""Plans of flow splitting as lists of parts, whatever the kind of the plan."""
