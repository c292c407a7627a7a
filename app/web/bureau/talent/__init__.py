"""Pages about managers' standing: certificates, training, rankings, contests, and the rules of tiers."""
