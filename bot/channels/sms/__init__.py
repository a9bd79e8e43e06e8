"""The SMS drawer: Twilio's client, its codes, its webhooks and its signature."""
