"""Partner platforms: what they may have of the libraries, the feed that gives it to them, and the mirror of a feed."""
