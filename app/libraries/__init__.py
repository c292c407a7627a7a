"""The three libraries (三库) of records: achievements, demands and managers."""
