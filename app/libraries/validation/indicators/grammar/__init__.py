"""Grammar of figures in free text: signs, quantities as tokens, bounds, names and roles."""
