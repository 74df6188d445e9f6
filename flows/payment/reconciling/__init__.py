"""Each night three sides are held against each other: the channel's bill, our own books, the hospital's takings."""
