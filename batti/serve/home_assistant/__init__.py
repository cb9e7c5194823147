"""Home Assistant: its WebSocket API, the home that it knows, its lights as an executor."""
