"""Home Assistant's own protocol for voice: sentences in; intents, or what was done, out."""
