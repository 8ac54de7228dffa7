"""Embedders, a file each."""
