"""The database room: the only place that knows SQLAlchemy's engine and the drivers."""
