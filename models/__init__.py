"""What the library is: tables, constraints, SQL, and rules as pure functions."""
