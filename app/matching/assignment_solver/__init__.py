"""Assignment of pairs to managers under capacity. Pure: numbers in, assignment out."""
