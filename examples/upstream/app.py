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
    if not person["id"]:
        # Somebody got here around the proxy, or through one that isn't set up yet.
        start_response("403 Forbidden", [("Content-Type", "text/plain")])
        return [b"Nobody said who you are.\n"]
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"person": person}).encode()]


with make_server("127.0.0.1", int(os.environ.get("PORT", "4000")), application) as server:
    print(f"listening on {server.server_port}", flush=True)
    server.serve_forever()
