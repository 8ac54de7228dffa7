"""What an operator may set, how it is read, and what is refused."""
