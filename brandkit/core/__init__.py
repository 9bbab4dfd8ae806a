"""Pure mathematics, results and errors: what everything else stands on."""
