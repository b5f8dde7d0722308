"""How the order moves with the weights: exactly, by draws, and the smallest change that turns it."""
