"""Secondary affiliations of managers (跨机构任职) and the consent of the institutions."""
