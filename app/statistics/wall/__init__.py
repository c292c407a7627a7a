"""The wall (大屏): links that show the city's public figures on a large screen without a login."""
