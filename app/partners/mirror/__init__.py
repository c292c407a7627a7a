"""The mirror: another platform's libraries, followed by its feed. The origin decides; what it does not send stays."""
