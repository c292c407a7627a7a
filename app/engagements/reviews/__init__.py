"""Reviews by the bureau: consents that wait because of a tie, from the first look at it to the decision."""
