"""Content of messages: what each recipient may see, rendered from templates."""
