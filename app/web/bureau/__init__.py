"""The pages of the bureau: review, organisations, recognition, statistics, system."""
