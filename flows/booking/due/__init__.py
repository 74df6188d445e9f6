"""What of holds, slots, shares, waiting lists, stops and visits the clock makes due."""
