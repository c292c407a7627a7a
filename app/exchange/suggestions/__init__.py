"""From a text to a draft: suggested fields with the place that each comes from. Nothing is saved."""
