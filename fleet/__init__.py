"""The controller: identities, ingest, console, API; it knows of the device only the contract."""
