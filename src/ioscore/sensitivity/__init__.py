"""How the order moves with weights, evidence and choices."""
