"""Event study: effects by years since a staggered start."""
