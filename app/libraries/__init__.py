"""The three libraries (三库): achievements, demands and managers. A library is a collection of records."""
