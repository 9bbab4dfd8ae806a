"""Rankings as published: which ranks are sure, which are one tie."""
