// Nothing: what a custom pixel costs that does nothing.
