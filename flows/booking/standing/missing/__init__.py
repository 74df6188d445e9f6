"""Not coming (爽约), and the blacklist (黑名单) that it leads to."""
