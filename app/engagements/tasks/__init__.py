"""Tasks of an engagement and their reminders."""
