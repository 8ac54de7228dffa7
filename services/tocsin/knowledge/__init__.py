"""The product's brain as data: event types, lexicons, companies."""

from tocsin.knowledge.loader import load_knowledge
from tocsin.knowledge.schema import Knowledge

__all__ = ["Knowledge", "load_knowledge"]
