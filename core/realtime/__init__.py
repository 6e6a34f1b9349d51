"""The WebSocket gateway: what happens, on the screens of those who may see it."""
