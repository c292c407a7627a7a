"""Training: learns a ranker from judgements and promotes it only if it is better."""
