"""Lists of the bureau with a record behind each row: organisations, users, filings, contracts, and the system."""
