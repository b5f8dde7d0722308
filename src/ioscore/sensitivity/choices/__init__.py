"""Every combination of the choices: who ranks where, what carries a statement, what explains it."""
