"""The street for others: videos, MOTChallenge files, contact sheets."""
