"""What one side of an engagement learns of the other before both agree."""
