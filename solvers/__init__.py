"""How plans are found: one folder of methods per problem, and the engines they call."""
