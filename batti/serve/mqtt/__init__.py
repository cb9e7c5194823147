"""Lamps on an MQTT broker, and commands that come over it."""
