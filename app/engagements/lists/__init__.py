"""Lists and parts of engagements for one reader, as the API and the pages ask for them."""
