"""What every service runs on: worker loop, retry, lifecycle, health, telemetry."""
