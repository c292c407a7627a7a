"""Commands on the whole store: `sanku check | backup | restore | migrate-store`."""
