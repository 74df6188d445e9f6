"""The conversations of booking, a flow a file."""
