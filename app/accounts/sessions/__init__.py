"""Sessions of users: tokens for programs, an opaque cookie for a browser."""
