"""Results -> figures; every one says its units and what it rests on."""
