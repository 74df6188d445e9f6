"""Stopped sessions (停诊) and substitutions (替诊): who is told, what each of them chooses, whom the office calls."""
