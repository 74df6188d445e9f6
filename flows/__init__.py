"""One folder per business area, all furnished alike."""
