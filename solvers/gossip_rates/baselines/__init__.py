"""What others do: rates and weights by rule, fixed matchings, spanning trees."""
