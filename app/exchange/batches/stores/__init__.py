"""Where the rows of a file are stored: the three libraries, the ledger of contracts, and the organisations."""
