"""The pages of the reader's own organisation: profile, colleagues, staff, keys, webhooks and notifications."""
