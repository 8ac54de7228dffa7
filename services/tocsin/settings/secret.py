"""Secrets kept in files of their own (Docker and Kubernetes secrets), instead of in the configuration."""

from pathlib import Path

from tocsin.domain.errors import ConfigurationError


def read_secret(path: Path, place: str) -> str:
    """The file's text, trimmed. ``place`` names the setting in the error. Raises ConfigurationError."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{place}: the secret's file cannot be read: {error}") from error
