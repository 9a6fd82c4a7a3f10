"""What the reports read: one shop's day of the marts, by subject."""
