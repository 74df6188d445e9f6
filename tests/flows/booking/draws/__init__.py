"""Sessions that are drawn, in transcripts."""
