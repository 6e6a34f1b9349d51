"""What Prometheus is told: numbers counted where things happen, and gauges asked of the database."""
