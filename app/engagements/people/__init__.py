"""People of an engagement: invitations and consent."""
