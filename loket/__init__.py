"""The floor that the device and the fleet both stand on: settings, logs, files, notifications, strings."""
