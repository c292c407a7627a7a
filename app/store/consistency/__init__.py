"""Whether a store agrees with itself: what is derived follows from its source, and what rows name is there."""
