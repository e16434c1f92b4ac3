"""Good-practice records: what a document says of a practice, by the fields that such records have."""
