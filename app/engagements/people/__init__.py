"""People of an engagement: invitations, consent, conflicts of interest and disclosure of contacts."""
