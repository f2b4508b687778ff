"""Out: the release, its ledger of reported values, and the pages rendered from it."""
