"""The commands that are not flows, and the table of all of them."""
