"""Whether what a notice asks for is still to be done: asked again before each message leaves, from the present rows."""
