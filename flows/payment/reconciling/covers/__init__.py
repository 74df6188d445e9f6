"""Claims on commercial insurers as a side of a day."""
