"""Appeals (申诉): against a no-show, a lock, a refusal; the office answers each."""
