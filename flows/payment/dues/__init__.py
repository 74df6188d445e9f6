"""What an area that asked for money is answered."""
