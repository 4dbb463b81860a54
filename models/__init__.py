"""What the world is: instances, plans, evaluators and certificate checks, without any solver."""
