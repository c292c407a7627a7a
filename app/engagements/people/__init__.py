"""Participants of an engagement: invitations and consent."""
