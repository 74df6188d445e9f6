"""Payment channels, as Daoyi sees them."""
