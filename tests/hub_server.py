"""A server that speaks the hub's API for datasets (repositories, LFS, commits) on a port of its own, with faults."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

TOKEN = "hf_a-token-that-may-write"


@dataclass
class Repo:
    """A dataset. files: path to sha256 (LFS) or git's blob id, and size. history: the paths of each commit."""

    private: bool
    files: dict[str, tuple[str, int]] = field(default_factory=dict)
    history: list[list[str]] = field(default_factory=list)


@dataclass
class Fault:
    """What goes wrong with the next `times` requests whose method and path match.

    kind: a status, "cut" (the connection breaks before anything is done) or "lost" (it is done, but nobody is told).
    """

    method: str
    path: str
    kind: int | str
    times: int = 1


class HubServer:
    """A context manager. uploaded: sha256 of each upload, in order. on_upload: called before each is answered."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.faults: list[Fault] = []
        self.objects: dict[str, int] = {}
        self.uploaded: list[str] = []
        self.requests: list[str] = []
        self.on_upload: Callable[[], None] | None = None
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                pass

            def _handle(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                path = urlsplit(self.path).path
                fault = outer._fault(self.command, path)
                if fault == "cut" or len(body) < length:
                    self.close_connection = True
                    return
                if isinstance(fault, int):
                    headers = {"Retry-After": "0"} if fault == 429 else {}
                    self._send(fault, {"error": f"told to answer {fault}"}, headers)
                    return
                status, value = outer.answer(self.command, path, body, self.headers.get("Authorization"))
                if fault == "lost":
                    self.close_connection = True
                    return
                self._send(status, value, {})

            def _send(self, status: int, value: Any, headers: dict[str, str]) -> None:
                data = json.dumps(value).encode()
                self.send_response(status)
                for name, text in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, text)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = _handle  # noqa: N815 - as http.server names them

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))

    def __enter__(self) -> HubServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def _fault(self, method: str, path: str) -> int | str | None:
        with self._lock:
            self.requests.append(f"{method} {path}")
            for fault in self.faults:
                if fault.times > 0 and fault.method == method and fault.path in path:
                    fault.times -= 1
                    return fault.kind
        return None

    def answer(self, method: str, path: str, body: bytes, authorization: str | None) -> tuple[int, Any]:
        """Status and value for a request."""
        if path.startswith("/lfs/"):
            return self._lfs(method, path.removeprefix("/lfs/"), body)
        if authorization != f"Bearer {TOKEN}":
            return 401, {"error": "Invalid username or password."}
        if path == "/api/validate-yaml":
            text = json.loads(body)["content"]
            errors = [] if text.startswith("---\n") else [{"message": "has no header"}]
            return 200, {"errors": errors, "warnings": []}
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if found := re.fullmatch(r"/datasets/(.+)\.git/info/lfs/objects/batch", path):
            return self._batch(json.loads(body))
        found = re.fullmatch(r"/api/datasets/([^/]+/[^/]+)(?:/(preupload|commit|tree|revision)/main.*)?", path)
        repo = None if found is None else self.repos.get(found[1])
        if found is None or repo is None:
            return 404, {"error": f"there is no {path}"}
        with self._lock:
            if found[2] == "preupload":
                return self._preupload(repo, json.loads(body))
            if found[2] == "commit":
                return self._commit(found[1], repo, body)
            if found[2] == "tree":
                return 200, [
                    {"type": "file", "path": name, "oid": oid, "size": size} for name, (oid, size) in repo.files.items()
                ]
            siblings = [{"rfilename": name} for name in repo.files]
            return 200, {"id": found[1], "sha": "0" * 40, "private": repo.private, "siblings": siblings}

    def _create(self, asked: dict[str, Any]) -> tuple[int, Any]:
        name = f"{asked['organization']}/{asked['name']}"
        url = {"url": f"{self.url}/datasets/{name}"}
        if name in self.repos:
            return 409, url
        self.repos[name] = Repo(asked.get("private") is True or asked.get("visibility") == "private")
        return 200, url

    def _preupload(self, repo: Repo, asked: dict[str, Any]) -> tuple[int, Any]:
        files = [
            {
                "path": each["path"],
                "uploadMode": "lfs" if each["path"].endswith(".parquet") else "regular",
                "shouldIgnore": False,
                "oid": repo.files.get(each["path"], (None, 0))[0],
            }
            for each in asked["files"]
        ]
        return 200, {"files": files}

    def _batch(self, asked: dict[str, Any]) -> tuple[int, Any]:
        objects = []
        for each in asked["objects"]:
            action = {"href": f"{self.url}/lfs/{each['oid']}"}
            actions = {} if each["oid"] in self.objects else {"actions": {"upload": action}}
            objects.append({"oid": each["oid"], "size": each["size"], **actions})
        return 200, {"transfer": "basic", "objects": objects}

    def _lfs(self, method: str, oid: str, body: bytes) -> tuple[int, Any]:
        if method != "PUT" or hashlib.sha256(body).hexdigest() != oid:
            return 400, {"error": "this is not the file that was announced"}
        with self._lock:
            self.objects[oid] = len(body)
            self.uploaded.append(oid)
        if self.on_upload is not None:
            self.on_upload()
        return 200, {}

    def _commit(self, name: str, repo: Repo, body: bytes) -> tuple[int, Any]:
        paths = []
        for line in body.splitlines():
            entry = json.loads(line)
            value = entry["value"]
            if entry["key"] == "lfsFile":
                if value["oid"] not in self.objects:
                    return 400, {"error": f"{value['path']} was not uploaded"}
                repo.files[value["path"]] = (value["oid"], self.objects[value["oid"]])
            elif entry["key"] == "file":
                content = base64.b64decode(value["content"])
                blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
                repo.files[value["path"]] = (blob, len(content))
            elif entry["key"] == "deletedFile":
                del repo.files[value["path"]]
            if "path" in value:
                paths.append(value["path"])
        repo.history.append(paths)
        return 200, self.committed(name)

    def committed(self, name: str) -> dict[str, Any]:
        """What is said of a commit that was made."""
        oid = "1" * 40
        return {"commitUrl": f"{self.url}/datasets/{name}/commit/{oid}", "commitOid": oid, "success": True}
