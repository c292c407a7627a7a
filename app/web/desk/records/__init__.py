"""The owner's pages about demands and achievements: lists, forms, check, the record itself."""
