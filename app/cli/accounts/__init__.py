"""Commands about users and the audit trail."""
