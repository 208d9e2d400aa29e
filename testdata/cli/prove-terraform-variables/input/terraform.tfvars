bucket = "uploads"
