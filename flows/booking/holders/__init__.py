"""Who holds what, asked by everybody in a rush."""
