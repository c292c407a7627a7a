"""Legal texts that people accept: every version is kept as it was accepted, in Chinese and English."""
