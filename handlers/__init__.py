"""What a reader, librarian or administrator can do: one async function per use case."""
