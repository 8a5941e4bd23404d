"""Tests of the Python client, with the vectors in tests/vectors/socket: python3 -m unittest discover -s clients/python"""

import hmac
import json
import os
import socket
import stat
import tempfile
import threading
import unittest
from pathlib import Path

from tokenkeep import FileStore, Tokenkeep, TokenkeepError, proof_of

VECTORS = Path(__file__).parents[2] / "tests/vectors/socket"
NAMES = ("key", "endpoint", "challenge", "client", "nonce")
CLIENT = "6f1a6f0e-3c1b-4a56-9d5e-0c1f5b7a1e00"
KEY = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"
CHALLENGE = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE"
PLANTED = {"jsonrpc": "2.0", "id": 1, "result": {"access_token": "planted"}}


def vectors(name):
    return json.loads((VECTORS / name).read_text("utf-8"))


class Proofs(unittest.TestCase):
    def test_computed_proofs_equal_the_published_proofs(self):
        for vector in vectors("proofs.json"):
            with self.subTest(vector["name"]):
                values = [vector[name] for name in NAMES]
                self.assertEqual(proof_of("client", *values), vector["client_proof"])
                self.assertEqual(proof_of("server", *values), vector["server_proof"])

    def test_the_published_wrong_proofs_are_refused(self):
        for vector in vectors("refused.json"):
            with self.subTest(vector["why"]):
                role = "server" if vector["by"] == "client" else "client"
                expected = proof_of(role, *(vector[name] for name in NAMES))
                self.assertFalse(hmac.compare_digest(expected.encode(), vector["proof"].encode()))


class Impostors(unittest.TestCase):
    """A server that cannot prove itself learns no key, and the client uses none of its messages."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="tk-py-")
        self.endpoint = os.path.join(self.folder.name, "false.sock")
        self.heard = b""

    def tearDown(self):
        self.folder.cleanup()

    def serve(self, greeting, lines=lambda auth: []):
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(self.endpoint)
        listening.listen(1)

        def run():
            connection, _ = listening.accept()
            with connection, listening:
                try:
                    connection.sendall((greeting if isinstance(greeting, str) else json.dumps(greeting)).encode() + b"\n")
                    self.heard = connection.recv(65536)
                    if self.heard:
                        for line in lines(json.loads(self.heard.split(b"\n")[0])["params"]):
                            connection.sendall((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n")
                        connection.recv(1)
                except OSError:
                    pass  # the client has closed the connection, as the tests expect

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def refused(self, *served, code="not_tokenkeep"):
        thread = self.serve(*served)
        with self.assertRaises(TokenkeepError) as caught:
            Tokenkeep((CLIENT, KEY), self.endpoint, patience=0).token()
        self.assertEqual(caught.exception.code, code)
        thread.join(5)
        self.assertNotIn(KEY.encode(), self.heard)
        os.unlink(self.endpoint)

    def test_a_wrong_proof_is_refused(self):
        def proved(proof):
            return {"jsonrpc": "2.0", "id": 0, "result": {"proof": proof}}

        for name, lines in {
            "another proof": lambda auth: [proved("A" * 43), PLANTED],
            "our own proof": lambda auth: [proved(auth["proof"]), PLANTED],
            "no proof": lambda auth: [proved(None), PLANTED],
            "not ASCII": lambda auth: [proved("ä" * 43), PLANTED],
            "half a surrogate pair": lambda auth: [proved("\ud83d" * 43), PLANTED],
            "an answer before the proof": lambda auth: [PLANTED],
            "a notification before the proof": lambda auth: [{"jsonrpc": "2.0", "method": "grant.revoked"}, PLANTED],
            "a list": lambda auth: [[PLANTED]],
            "a proof for another path": lambda auth: [
                proved(proof_of("server", KEY, "/tmp/other.sock", CHALLENGE, CLIENT, auth["nonce"])),
                PLANTED,
            ],
        }.items():
            with self.subTest(name):
                self.refused({"tokenkeep": 1, "challenge": CHALLENGE}, lines)

    def test_octets_that_are_not_utf8_are_refused(self):
        for vector in json.loads((VECTORS.parent / "socket-octets.json").read_text("utf-8")):
            if vector["after"] != "auth":
                continue
            for proves in (True, False):
                with self.subTest(vector["name"], proves=proves):
                    self.refused(
                        {"tokenkeep": 1, "challenge": CHALLENGE},
                        lambda auth: [self.proved(auth), bytes.fromhex(vector["hex"])][0 if proves else 1 :],
                    )

    def test_the_last_error_of_a_server_is_the_error_of_the_request(self):
        error = {"jsonrpc": "2.0", "id": None, "error": {"code": -32010, "message": "No.", "data": {"code": "too_slow"}}}
        for proves in (True, False):
            with self.subTest(proves=proves):
                self.refused(
                    {"tokenkeep": 1, "challenge": CHALLENGE},
                    lambda auth: [self.proved(auth), error][0 if proves else 1 :],
                    code="too_slow",
                )

    def test_a_connection_with_a_wrong_line_is_not_used_again(self):
        error = {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "No.", "data": {"code": "protocol_error"}}}
        for name, line, code in (
            ("octets that are not UTF-8", b'{"id":1,"result":"\xff"}', "not_tokenkeep"),
            ("nested without an end", b"[" * 60_000, "not_tokenkeep"),
            ("the end of the connection", json.dumps(error).encode(), "protocol_error"),
        ):
            with self.subTest(name):
                more = {"jsonrpc": "2.0", "id": 2, "result": {"access_token": "of the same connection"}}
                thread = self.serve({"tokenkeep": 1, "challenge": CHALLENGE}, lambda auth: [self.proved(auth), line, more])
                with Tokenkeep((CLIENT, KEY), self.endpoint, patience=0) as keep:
                    with self.assertRaises(TokenkeepError) as caught:
                        keep.token()
                    self.assertEqual(caught.exception.code, code)
                    os.unlink(self.endpoint)
                    with self.assertRaises(TokenkeepError) as caught:
                        keep.token()
                    self.assertEqual(caught.exception.code, "not_running")

    def test_a_notification_before_the_proof_is_ignored(self):
        thread = self.serve(
            {"tokenkeep": 1, "challenge": CHALLENGE},
            lambda auth: [{"jsonrpc": "2.0", "method": "of.tomorrow", "params": {}}, self.proved(auth), PLANTED],
        )
        with Tokenkeep((CLIENT, KEY), self.endpoint, patience=0) as keep:
            self.assertEqual(keep.token(), PLANTED["result"])
        thread.join(5)
        os.unlink(self.endpoint)

    def proved(self, auth):
        proof = proof_of("server", KEY, self.endpoint, CHALLENGE, CLIENT, auth["nonce"])
        return {"jsonrpc": "2.0", "id": 0, "result": {"proof": proof}}

    def test_a_wrong_greeting_is_refused(self):
        half_a_pair = {"tokenkeep": 1, "challenge": "\ud83d" * 43}
        for greeting in (half_a_pair, {"tokenkeep": 2, "challenge": CHALLENGE}, {"tokenkeep": 1}, "220 mail ESMTP", "x" * 200_000):
            with self.subTest(str(greeting)[:40]):
                self.refused(greeting)
                self.assertEqual(self.heard, b"")


class Stores(unittest.TestCase):
    def test_only_the_user_can_read_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            store = FileStore(Path(folder) / "deep" / "er" / "bot.json")
            self.assertIsNone(store.load())
            store.save(CLIENT, KEY)
            store.save(CLIENT, KEY)  # replaces the first file
            self.assertEqual(stat.S_IMODE(store.file.stat().st_mode), 0o600)
            self.assertEqual(store.load(), (CLIENT, KEY))
            store.file.chmod(0o644)
            with self.assertRaises(TokenkeepError) as caught:
                store.load()
            self.assertEqual(caught.exception.code, "store_unsafe")
            store.forget()
            self.assertIsNone(store.load())


if __name__ == "__main__":
    unittest.main()
