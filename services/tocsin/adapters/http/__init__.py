"""Fetching feeds over HTTP, safely."""
