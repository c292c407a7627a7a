"""Reading from a replica of the database, such that everybody reads what they wrote."""
