"""Many at once for one scarce thing."""
