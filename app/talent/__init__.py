"""Recognition of managers as talent: filings, certificates, training, tiers, rounds, rankings, contests."""
