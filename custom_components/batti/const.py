"""Names of the integration."""

DOMAIN = "batti"
CONF_URL = "url"
CONF_TOKEN = "token"
