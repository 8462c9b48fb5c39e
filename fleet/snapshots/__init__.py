"""Pictures that devices made, kept under their SHA-256; devices put them by HTTPS with mutual TLS."""
