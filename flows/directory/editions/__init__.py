"""What the console writes about departments, clinics and doctors, in editions with a date of publishing."""
