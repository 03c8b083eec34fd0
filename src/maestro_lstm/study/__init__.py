"""What is asked, and what came of it. Knows neither DVC nor paths."""
