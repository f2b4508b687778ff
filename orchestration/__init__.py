"""When and in what order: Dagster definitions and the command line. The only package that knows Dagster."""
