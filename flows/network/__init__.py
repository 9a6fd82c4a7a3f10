"""Choosing sites: which of many places serve given demand best. No metric is computed here."""
