"""Heat: a device that grows hot looks at fewer pictures, and says so."""
