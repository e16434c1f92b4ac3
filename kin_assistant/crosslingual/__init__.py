"""Questions in other languages than the documents', answered with the documents' sentences that are nearest in meaning."""
