"""Which contacts look after which persons, and by which proof."""
