"""What readers get of matching: match lists, managers for a pair and the check of a demand, for routes and pages."""
