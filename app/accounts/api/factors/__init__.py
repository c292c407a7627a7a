"""Routes of second factors: apps, recovery codes, passkeys, and the confirmation before sensitive steps."""
