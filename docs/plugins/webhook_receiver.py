"""A receiver of Comptoir's webhooks: verifies each, takes each once. Python's own library is enough.

    WEBHOOK_SECRET=whsec_… python webhook_receiver.py 8080
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
seen: set[str] = set()  # in a database, in the transaction of what you do with the event


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        message_id, timestamp = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        signed = f"{message_id}.{timestamp}.".encode() + body
        expected = "v1," + base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
        fresh = abs(time.time() - int(timestamp)) < 300
        genuine = any(hmac.compare_digest(expected, one) for one in self.headers["webhook-signature"].split())
        if fresh and genuine and message_id not in seen:
            seen.add(message_id)
            event = json.loads(body)
            print(event["type"], event["data"], flush=True)
        self.send_response(204 if fresh and genuine else 401)
        self.end_headers()


HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
