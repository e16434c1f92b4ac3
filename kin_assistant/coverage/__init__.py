"""What the documents are about, counted from their metadata: themes, countries, cities and years, and where nothing is known."""
