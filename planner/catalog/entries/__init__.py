"""One file per problem, each with a `PROBLEM`."""
