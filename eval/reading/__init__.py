"""How well pages of PDF files are read: pages made by a program, with what a person reads on them."""
