"""The HTTP API under `/api/v1`, with its OpenAPI document and a page of it that needs no network."""
