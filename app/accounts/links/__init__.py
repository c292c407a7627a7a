"""Links in e-mails that act for an account: used once, for a limited time."""
