"""Rules of a clinic, and of a doctor in it, in transcripts."""
