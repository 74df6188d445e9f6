"""`daoyi chat`: a conversation in the terminal, and conversations that were, as transcripts."""
