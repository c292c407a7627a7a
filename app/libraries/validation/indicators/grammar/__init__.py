"""Grammar of figures in free text: signs, numerals, quantities as tokens, bounds, names and roles."""
