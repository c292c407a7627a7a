"""PDF files with Chinese text, made by the extra `pdf` (fpdf2) with a font of the system."""
