"""The JSON API: routes with their permissions, problem JSON, OpenAPI."""
