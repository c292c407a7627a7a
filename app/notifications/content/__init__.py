"""Content of messages: who receives what, rendered from templates."""
