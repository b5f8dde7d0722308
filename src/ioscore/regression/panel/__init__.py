"""Country panel: effects of instruments on seizures."""
