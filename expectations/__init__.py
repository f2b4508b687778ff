"""Guard: Great Expectations suites, their runner and the vocabulary of check results."""
