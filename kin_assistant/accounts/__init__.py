"""Who may use the page where its office wants to know: accounts with roles, their sessions, and who changed what."""
