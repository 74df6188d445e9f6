"""The fair opening: wishes for a sought-after session are gathered for a minute or two and drawn, not raced for."""
