"""Coming (签到): who is here, told by themselves, by staff or by the hospital; a later place for who comes late."""
