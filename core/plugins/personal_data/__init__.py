"""What an organisation does for one person: their data taken away, or erased, here and in every plugin."""
