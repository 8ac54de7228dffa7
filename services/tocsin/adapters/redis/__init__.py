"""State on Redis."""
