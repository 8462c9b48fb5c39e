"""The kiosk's pages over HTTP: small handlers, server-rendered, complete without JavaScript."""
