"""In: contracts, readers, landing and the demo generator. Knows nothing of dbt or Dagster."""
