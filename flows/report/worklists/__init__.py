"""The CSV files beside a report."""
