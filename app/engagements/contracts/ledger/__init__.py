"""The ledger of technology contracts: what statistics ask for, and contracts that the bureau enters from a ledger."""
