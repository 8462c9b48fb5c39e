"""Who may do what: roles, and the secrets (tokens, sign-in links, sessions) that give one."""
