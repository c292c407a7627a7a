"""What people do for their own account without the bureau: register, reset the password, change the mailbox, join."""
