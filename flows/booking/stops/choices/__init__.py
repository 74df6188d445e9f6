"""What each patient of a stopped session is asked and answers, and the calls of those who did not look."""
