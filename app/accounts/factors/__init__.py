"""Second factors: codes of an authenticator app, recovery codes, and the challenges between two steps of a login."""
