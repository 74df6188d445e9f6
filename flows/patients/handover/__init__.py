"""An old person hands a task to family: a link or a code, taken by one contact, allowed by the giver themself."""
