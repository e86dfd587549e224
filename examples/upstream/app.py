# The same in Python, with its standard library alone: an application in any language reads four headers.
#
#   python3 examples/upstream/app.py
import json
import os
from urllib.parse import unquote
from wsgiref.simple_server import make_server


def application(environ, start_response):
    person = {
        "id": environ.get("HTTP_REMOTE_USER"),
        "email": environ.get("HTTP_REMOTE_EMAIL"),
        "name": unquote(environ.get("HTTP_REMOTE_NAME", "")),
        "isAdmin": "admin" in environ.get("HTTP_REMOTE_GROUPS", "").split(","),
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"person": person}).encode()]


with make_server("127.0.0.1", int(os.environ.get("PORT", "4000")), application) as server:
    print(f"listening on {server.server_port}", flush=True)
    server.serve_forever()
