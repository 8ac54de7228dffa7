"""Sending messages through Apprise."""
