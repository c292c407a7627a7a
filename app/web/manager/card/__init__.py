"""A manager's card in the talent library: written by themselves, or by their institution."""
