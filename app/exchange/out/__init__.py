"""Lists and the ledger of contracts as files, and the tables in official layout."""
