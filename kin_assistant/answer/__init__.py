"""From a query to an answer: evidence read, refused or selected, cited and explained."""
