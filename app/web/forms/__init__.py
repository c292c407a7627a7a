"""Forms: which fields of a model a page asks for, how they look, and how what was typed becomes the model."""
