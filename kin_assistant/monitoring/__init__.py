"""What whoever runs the page learns of it: figures for a monitoring program, and logs. No question and no address is in them."""
