"""Pages of pushing: assignments over many pairs, pushes with their deliveries, a pair's story, and reported errors."""
