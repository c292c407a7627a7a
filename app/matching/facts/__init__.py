"""Facts: plain values that ranking and rules read, extracted from records."""
