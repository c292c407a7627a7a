"""Headers of columns and labels of forms: which field a wording means."""
