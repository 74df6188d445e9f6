"""The public health insurance: a port shaped after the national platform's transactions, and an embedded insurer."""
