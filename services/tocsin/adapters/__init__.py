"""The ports, made with one technology each. Adapters do not know each other."""
