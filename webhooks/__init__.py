"""The way in: one folder per sender. Verify, parse, hand over, answer; no business."""
