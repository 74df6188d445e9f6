"""How persons stand with the hospital: who came, who did not, who is locked for it, and who says that it is wrong."""
