"""The command centre's console: server-rendered pages that also live, in Indonesian and English."""
