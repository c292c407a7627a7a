"""The owner's pages about matches: the list with its evidence, managers for a pair, the report, who needs a result."""
