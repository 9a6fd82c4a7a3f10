"""A published report's first screen as an e-mail that any client shows."""
