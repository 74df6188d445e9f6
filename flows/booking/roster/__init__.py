"""Taking the hospital's rosters over into sessions, segments and slots, without disturbing an appointment."""
