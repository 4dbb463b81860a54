"""What the formats of project scheduling share."""
