"""The engine room of Daoyi: settings, keys, database, conversations, web and jobs. It knows no medicine."""
