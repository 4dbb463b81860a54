"""One file per backend. Each takes a model and a `Run`, and answers with an honest `Outcome`."""
