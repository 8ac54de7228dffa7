"""Ports in SQLite files: the embedded deployment."""
