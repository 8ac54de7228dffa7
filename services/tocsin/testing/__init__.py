"""Doubles of the outside world, shipped: the demo and users' own tests run on them."""
