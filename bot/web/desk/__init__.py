"""The ground under the staff's console: who is signed in, pages, lists, exports (README.md)."""
