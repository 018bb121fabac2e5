"""The problems behind the example files: one hub schema, one module, each with `rows()`."""
