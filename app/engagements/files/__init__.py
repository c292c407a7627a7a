"""Files of an engagement: content types, storage and transfer."""
