"""Whether two records are one: hard keys decide, names and figures propose, numerals and materials veto."""
