"""Appointments whose time or place the hospital changed under them: nobody is moved without being told."""
