"""The way to a human: who asks for one is put down, with what it is about, and can leave a word."""
