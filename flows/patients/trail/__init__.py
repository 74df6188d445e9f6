"""What was done for whom, and who looked at what in full. Rows are only ever added."""
