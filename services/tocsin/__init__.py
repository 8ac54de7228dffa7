"""Tocsin: an early-warning bell for news."""
