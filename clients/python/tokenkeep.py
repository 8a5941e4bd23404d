"""Fresh access tokens from Tokenkeep, over its local socket. One file, Python 3.9 or newer, standard library only.

    from tokenkeep import connect

    keep = connect("my-bot", name="My bot", reason="Answers in chat", scopes=["user:read:chat"])
    token = keep.token(scopes=["user:read:chat"])
    print(token["login"], token["client_id"], token["access_token"])

Protocol: docs/socket-protocol.md. The client uses no message of a server that has not proved itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import socket
import stat
import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping

__all__ = ["FileStore", "Tokenkeep", "TokenkeepError", "connect", "pair"]

_MAX_LINE_UNPROVED = 64 * 1024
_MAX_LINE = 16 * 1024 * 1024
_START_SEC = 10.0
#: The time limit of an answer, which may need a request to the provider of up to 30 seconds.
_ANSWER_SEC = 60.0


class TokenkeepError(Exception):
    """A failed request. Compare ``code``, which is stable, and be ready for unknown codes. The text is for people."""

    def __init__(self, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        #: Seconds to wait before the next attempt; ``None``: unknown.
        self.retry_after = retry_after


#: Codes of a failed connection: a new connection may succeed.
_LOST = ("not_running", "disconnected", "timeout", "too_slow")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def proof_of(role: str, key: str, endpoint: str, challenge: str, client: str, nonce: str) -> str:
    """Computes a proof: HMAC-SHA256 (RFC 2104) over five lines, base64url without padding.

    ``role``: ``client`` or ``server``.
    """
    secret = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    text = "\n".join([f"tokenkeep/1 {role}", endpoint, challenge, client, nonce])
    return _base64url(hmac.new(secret, text.encode("utf-8"), hashlib.sha256).digest())


def _candidates(env: Mapping[str, str], uid: int | None, home: str, run_user: str) -> list[Path]:
    """The folders in which Tokenkeep may announce itself, the likeliest first.

    XDG_RUNTIME_DIR is unset for cron and systemd's system units, and names a subfolder inside a snap or Flatpak. HOME
    names another folder inside a snap.
    """
    found = [Path(env["XDG_RUNTIME_DIR"]) / "tokenkeep"] if env.get("XDG_RUNTIME_DIR") else []
    if uid is not None:
        found.append(Path(run_user) / str(uid) / "tokenkeep")
    for place in (env.get("HOME"), env.get("SNAP_REAL_HOME"), home):
        if place:
            found.append(Path(place) / ".local/state/tokenkeep/run")
    return list(dict.fromkeys(found))


def _look(folder: Path, uid: int | None) -> tuple[str, str | None]:
    """Describes a folder's contents, and reads the announced endpoint.

    It reads only folders to which no other user has access, because other users could announce a false endpoint.
    """
    try:
        status = folder.lstat()
    except PermissionError:
        return "access refused", None
    except OSError:
        return "no such folder", None
    if not stat.S_ISDIR(status.st_mode) or (uid is not None and (status.st_uid != uid or status.st_mode & 0o077)):
        return "not this user's alone", None
    try:
        endpoint = json.loads((folder / "endpoint.json").read_text("utf-8"))["endpoint"]
        if isinstance(endpoint, str):
            return "nobody answers", endpoint
    except (OSError, ValueError, KeyError, TypeError):
        pass  # no announcement: Tokenkeep is not running, or is still starting
    return "nothing there", None


def _locate(
    env: Mapping[str, str] = os.environ,
    uid: int | None = os.getuid() if hasattr(os, "getuid") else None,
    home: str | None = None,
    run_user: str = "/run/user",
) -> tuple[str, list[str]]:
    """Returns the endpoint, and the searched folders as text for people (docs/socket-protocol.md, section 1)."""
    named = env.get("TOKENKEEP_ENDPOINT", "")
    if named:
        return named, []
    places: list[str] = []
    likeliest: Path | None = None
    folders = _candidates(env, uid, home or _home(), run_user)
    for folder in folders:
        found, endpoint = _look(folder, uid)
        places.append(f"{folder} ({found})")
        if endpoint is not None:
            return endpoint, places
        if found == "nothing there" and likeliest is None:
            likeliest = folder
    return str((likeliest or folders[0]) / "tokenkeep.sock"), places


def _home() -> str:
    """The home folder in the user database, independent of environment variables."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_dir
    except (ImportError, KeyError):
        return str(Path.home())


def find_endpoint() -> str:
    """Returns ``TOKENKEEP_ENDPOINT``, else the endpoint that the first folder announces, else the likeliest endpoint."""
    return _locate()[0]


def _not_running(endpoint: str) -> TokenkeepError:
    located, places = _locate()
    searched = f" Looked at: {', '.join(places)}." if places and located == endpoint else ""
    return TokenkeepError("not_running", f"Tokenkeep is not running.{searched}")


class FileStore:
    """Stores a tool's key in one file with mode 0600, which each save replaces.

    A file that other users may read fails with ``store_unsafe`` and keeps its mode, because they may know the key.
    """

    def __init__(self, file: str | os.PathLike[str]) -> None:
        self.file = Path(file)

    @staticmethod
    def of(name: str) -> FileStore:
        """The store with this name. Its file is that of the Node client, in a folder that is not synchronised."""
        if sys.platform == "win32":
            folder = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local")
        elif sys.platform == "darwin":
            folder = Path.home() / "Library/Application Support"
        else:
            folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state")
        return FileStore(folder / "tokenkeep" / "clients" / (re.sub(r"[^\w.-]+", "-", name, flags=re.A) + ".json"))

    def load(self) -> tuple[str, str] | None:
        """Returns ``(client, key)``, or ``None`` when there is no file. Raises ``store_unsafe``."""
        try:
            mode = self.file.lstat().st_mode
            text = self.file.read_text("utf-8")
        except FileNotFoundError:
            return None
        if sys.platform != "win32" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise TokenkeepError("store_unsafe", f"Other users may read {self.file}. Pair anew, and take the old key back.")
        try:
            credentials = json.loads(text)
            return str(credentials["client"]), str(credentials["key"])
        except (ValueError, KeyError, TypeError):
            raise TokenkeepError("store_unsafe", f"{self.file} does not hold a key.") from None

    def save(self, client: str, key: str) -> None:
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new_file = self.file.with_name(self.file.name + ".new")
        new_file.unlink(missing_ok=True)
        handle = os.open(new_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump({"client": client, "key": key}, out)
            out.flush()
            os.fsync(out.fileno())
        new_file.replace(self.file)

    def forget(self) -> None:
        self.file.unlink(missing_ok=True)


class _Pipe:
    """A named pipe of Windows, with the four methods of a socket that this client calls. It has no time limits."""

    def __init__(self, name: str) -> None:
        self._file = open(name, "r+b", buffering=0)
        self.recv = self._file.read
        self.sendall = self._file.write
        self.close = self._file.close

    def settimeout(self, seconds: float | None) -> None:
        pass


class _Connection:
    """One connection, for one thread at a time. It sends the first request together with the proof."""

    def __init__(self, endpoint: str, credentials: tuple[str, str] | None, first: tuple[str, Any] | None = None) -> None:
        self._rest = b""
        self._id = 0
        self._max = _MAX_LINE_UNPROVED
        #: True after the end of the connection; the client uses no later message.
        self.ended = False
        self.notices: list[dict[str, Any]] = []
        try:
            if endpoint.startswith("\\\\.\\pipe\\"):
                self._socket: Any = _Pipe(endpoint)
            else:
                self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                self._socket.settimeout(_START_SEC)
                self._socket.connect(endpoint)
        except (FileNotFoundError, ConnectionRefusedError):
            self.close()
            raise _not_running(endpoint) from None
        except OSError as error:
            self.close()
            raise TokenkeepError("disconnected", f"The connection to Tokenkeep failed: {error}") from None
        try:
            self._start(endpoint, credentials, first)
        except BaseException:
            self.close()
            raise

    def _start(self, endpoint: str, credentials: tuple[str, str] | None, first: tuple[str, Any] | None) -> None:
        greeting = self._read(_START_SEC)
        challenge = greeting.get("challenge")
        if greeting.get("tokenkeep") != 1 or not isinstance(challenge, str) or not challenge.isascii():
            raise _not_tokenkeep()
        first_line = b"" if first is None else self._line(*first)
        if credentials is None:
            self._send(first_line)
        else:
            client, key = credentials
            nonce = _base64url(secrets.token_bytes(32))
            values = (key, endpoint, challenge, client, nonce)
            auth = {"client": client, "nonce": nonce, "proof": proof_of("client", *values)}
            self._send(_text(0, "auth", auth) + first_line)
            answer = self._unproved(time.monotonic() + _START_SEC)
            # An error without a proof can only end this attempt. "id" is null when the server could not read the request.
            if answer.get("id", 0) in (0, None) and isinstance(answer.get("error"), dict):
                raise _error_of(answer["error"])
            result = answer.get("result")
            found = result.get("proof") if answer.get("id") == 0 and isinstance(result, dict) else None
            expected = proof_of("server", *values)
            if not isinstance(found, str) or not found.isascii() or not hmac.compare_digest(expected, found):
                raise _not_tokenkeep()
        self._max = _MAX_LINE

    def _unproved(self, end: float) -> dict[str, Any]:
        """Reads the first message that is no notification; notifications before the proof are ignored."""
        while True:
            message = self._read(max(0.001, end - time.monotonic()))
            if not isinstance(message.get("method"), str):
                return message

    def ask(self, method: str, params: Any = None) -> Any:
        self._send(self._line(method, params))
        return self.answer()

    def answer(self, seconds: float | None = _ANSWER_SEC, on_notice: Callable[[dict[str, Any]], None] | None = None) -> Any:
        """Waits for the answer to the last request. Passes notifications to ``on_notice``, or keeps them for later."""
        while True:
            message = self._read(seconds)
            if isinstance(message.get("method"), str):
                (on_notice or self.notices.append)(message)
            elif message.get("id", 0) is None and isinstance(message.get("error"), dict):
                self.close()
                raise _error_of(message["error"])  # the server ends the connection and sends its reason
            elif message.get("id") == self._id:
                if isinstance(message.get("error"), dict):
                    raise _error_of(message["error"])
                return message.get("result")

    def next_notice(self) -> dict[str, Any]:
        """Waits for the next notification, without a time limit."""
        while not self.notices:
            message = self._read(None)
            if isinstance(message.get("method"), str):
                return message
        return self.notices.pop(0)

    def close(self) -> None:
        self.ended = True
        if hasattr(self, "_socket"):
            self._socket.close()

    def _line(self, method: str, params: Any) -> bytes:
        self._id += 1
        return _text(self._id, method, params)

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as error:
            self.close()
            raise _lost(error) from None

    def _read(self, seconds: float | None) -> dict[str, Any]:
        try:
            return self._next(seconds)
        except TokenkeepError:
            self.close()  # after a wrong line or a late answer, later messages cannot be matched to requests
            raise

    def _next(self, seconds: float | None) -> dict[str, Any]:
        end = None if seconds is None else time.monotonic() + seconds
        while b"\n" not in self._rest:
            if len(self._rest) > self._max:
                raise _not_tokenkeep()
            try:
                self._socket.settimeout(None if end is None else max(0.001, end - time.monotonic()))
                chunk = self._socket.recv(65536)
            except (TimeoutError, socket.timeout):
                raise TokenkeepError("timeout", "Tokenkeep did not answer.") from None
            except OSError as error:
                raise _lost(error) from None
            if not chunk:
                raise TokenkeepError("disconnected", "The connection to Tokenkeep has ended.")
            self._rest += chunk
        line, self._rest = self._rest.split(b"\n", 1)
        try:
            message = json.loads(line.decode("utf-8"))  # for bytes, json.loads would also guess other encodings
        except (ValueError, RecursionError):
            raise _not_tokenkeep() from None
        if not isinstance(message, dict):
            raise _not_tokenkeep()
        return message


def _text(number: int, method: str, params: Any) -> bytes:
    message = {"jsonrpc": "2.0", "id": number, "method": method, **({} if params is None else {"params": params})}
    return json.dumps(message).encode("utf-8") + b"\n"


def _error_of(error: dict[str, Any]) -> TokenkeepError:
    data = error.get("data")
    code = data.get("code") if isinstance(data, dict) else None
    wait = data.get("retry_after") if isinstance(data, dict) else None
    return TokenkeepError(
        code if isinstance(code, str) else "internal",
        str(error.get("message", "Tokenkeep refused this.")),
        wait if isinstance(wait, (int, float)) else None,
    )


def _not_tokenkeep() -> TokenkeepError:
    return TokenkeepError(
        "not_tokenkeep", "What listens there cannot prove that it is Tokenkeep. Nothing it said was used."
    )


def _lost(error: OSError) -> TokenkeepError:
    return TokenkeepError("disconnected", f"The connection to Tokenkeep failed: {error}")


class Tokenkeep:
    """The client of a tool, for any thread. It opens a new connection after the end of the last one.

    ``patience``: for how many seconds a request is tried again while Tokenkeep is not running.
    """

    def __init__(
        self,
        credentials: tuple[str, str] | None,
        endpoint: str | None = None,
        patience: float = 10.0,
        _paired: _Connection | None = None,
    ) -> None:
        self._credentials = credentials
        self._endpoint = endpoint
        self._patience = patience
        self._connection = _paired
        self._lock = threading.Lock()

    def token(
        self,
        account: str | None = None,
        scopes: list[str] | None = None,
        min_valid: int | None = None,
        reason: str | None = None,
    ) -> dict[str, Any]:
        """Returns the token with the fewest scopes that has all of ``scopes``. Tokenkeep refreshes it first if needed."""
        params = {"account": account, "scopes": scopes, "min_valid": min_valid, "reason": reason}
        return self._ask("token.get", {name: value for name, value in params.items() if value is not None})

    def accounts(self) -> list[dict[str, Any]]:
        """Returns the allowed accounts. Each has a token unless its ``status`` is ``needs_sign_in`` or ``revoked``."""
        return self._ask("accounts.list")["accounts"]

    def report_invalid(self, token_id: str) -> bool:
        """Makes Tokenkeep validate a token that an API refused.

        True: the token is valid, so the refusal had another cause. False: request another token.
        """
        return self._ask("token.reportInvalid", {"token_id": token_id})["valid"]

    def ui(self, action: str, **more: Any) -> bool:
        """Shows a screen in Tokenkeep's window: ``open``, ``add``, ``remove`` or ``export``. Only the user can act there."""
        return self._ask("ui.request", {"action": action, **more})["shown"]

    def revoke_self(self) -> None:
        """Ends the tool's grant. Its key is invalid afterwards."""
        self._ask("grant.revokeSelf")

    def watch(self) -> Iterator[dict[str, Any]]:
        """Yields the changes of the tool's tokens, as ``{"type": "token.changed", ...}``. Reconnects by itself.

        The first change, also after each reconnection, is ``connected``; the last one is ``grant.revoked``.
        """
        wait = 0.05
        while True:
            try:
                connection = _Connection(self._endpoint or find_endpoint(), self._credentials, ("token.watch", None))
                try:
                    connection.answer()
                    wait = 0.05
                    yield {"type": "connected"}
                    while True:
                        notice = connection.next_notice()
                        yield {**(notice.get("params") or {}), "type": notice["method"]}
                        if notice["method"] == "grant.revoked":
                            return
                finally:
                    connection.close()
            except TokenkeepError as error:
                if error.code not in _LOST:
                    raise
                if error.code != "not_running":
                    yield {"type": "disconnected"}
            time.sleep(wait)
            wait = min(wait * 2, 5.0)

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def __enter__(self) -> Tokenkeep:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, method: str, params: Any = None) -> Any:
        end = time.monotonic() + self._patience
        wait = 0.05
        while True:
            try:
                with self._lock:
                    return self._ask_once(method, params)
            except TokenkeepError as error:
                if error.code not in _LOST or time.monotonic() + wait > end:
                    raise
            time.sleep(wait)
            wait = min(wait * 2, 5.0)

    def _ask_once(self, method: str, params: Any) -> Any:
        try:
            if self._connection is not None:
                return self._connection.ask(method, params)
            if self._credentials is None:
                raise TokenkeepError("not_paired", "The pairing was for one connection, which has ended.")
            endpoint = self._endpoint or find_endpoint()
            self._connection = _Connection(endpoint, self._credentials, (method, params))
            return self._connection.answer()
        finally:
            if self._connection is not None and self._connection.ended:
                self._connection = None


def pair(
    name: str,
    *,
    on_code: Callable[[str], None],
    endpoint: str | None = None,
    patience: float = 10.0,
    **wish: Any,
) -> tuple[Tokenkeep, tuple[str, str] | None]:
    """Sends a pairing request, and waits for the user's decision in Tokenkeep's window.

    ``wish``: ``developer``, ``reason``, ``accounts``, ``scopes``, ``lifetime``. ``on_code`` receives six digits to display;
    the user compares them with the digits in Tokenkeep's window. Raises ``grant_denied`` when the user declines. With
    lifetime ``once`` the credentials are ``None``, and the grant ends with this connection.
    """

    def on_notice(notice: dict[str, Any]) -> None:
        code = (notice.get("params") or {}).get("code")
        if notice["method"] == "pair.code" and isinstance(code, str):
            on_code(code)

    found = endpoint or find_endpoint()
    request = {"name": name, **{key: value for key, value in wish.items() if value is not None}}
    connection = _Connection(found, None, ("pair.request", request))
    try:
        grant = connection.answer(None, on_notice)
    except BaseException:
        connection.close()
        raise
    client, key = grant.get("client"), grant.get("key")
    credentials = (client, key) if isinstance(client, str) and isinstance(key, str) else None
    return Tokenkeep(credentials, endpoint, patience, connection), credentials


def connect(
    store: str | FileStore,
    *,
    name: str | None = None,
    on_code: Callable[[str], None] | None = None,
    endpoint: str | None = None,
    patience: float = 10.0,
    **wish: Any,
) -> Tokenkeep:
    """Uses the key in ``TOKENKEEP_CLIENT`` and ``TOKENKEEP_KEY``, or in the store. Without a key, pairs the tool.

    ``name`` and ``wish`` are those of ``pair``. Without ``name``, a missing key raises ``not_paired``.
    """
    file_store = FileStore.of(store) if isinstance(store, str) else store
    from_environment = (os.environ.get("TOKENKEEP_CLIENT", ""), os.environ.get("TOKENKEEP_KEY", ""))
    known = from_environment if all(from_environment) else file_store.load()
    if known is not None:
        return Tokenkeep(known, endpoint, patience)
    if name is None:
        raise TokenkeepError("not_paired", "There is no key yet: pair first.")

    def print_code(code: str) -> None:
        print(f"Tokenkeep asks whether to allow “{name}”. The code: {code}", file=sys.stderr, flush=True)

    keep, credentials = pair(name, on_code=on_code or print_code, endpoint=endpoint, patience=patience, **wish)
    if credentials is not None:
        file_store.save(*credentials)
    return keep
