"""One file per verb, each with a `command`."""
