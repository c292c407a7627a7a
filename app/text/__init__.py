"""Text as people paste and compare it: the comparison form, and what comes off incoming texts."""
