"""From a complaint in the patient's own words to the clinics that see such things."""
