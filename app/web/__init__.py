"""The pages: HTML from the answers of the services, for people with a browser."""
