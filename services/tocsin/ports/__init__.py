"""What the services need from the world, as Protocols. Each docstring is the contract its tests check."""
