"""Fitting the classifier's models, and measuring how well it judges."""
