"""What patterns become: sessions, the preview of what would change, publishing, and closing a session by hand."""
