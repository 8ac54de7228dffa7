"""A signed webhook: one CloudEvent in JSON for each delivery, over HTTP."""
