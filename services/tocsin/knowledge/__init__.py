"""The product's brain as data: event types, lexicons, companies."""
