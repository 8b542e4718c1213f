"""JupyterLab, opened so that nobody else gets in: what its server would do is looked at before it starts (S02).

A notebook server runs whatever it is sent. So it listens on this machine alone and keeps its token; who wants it
reachable gives it TLS and a password, and who wants it to run as root says so in the call.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn

from bassboss_lib.errors import SecurityRefused

__all__ = ["FLOORS", "START", "command", "open_lab", "refuse_old", "refuse_unsafe", "settings_of"]

FLOORS = {"jupyter_server": "2.20.0", "nbconvert": "7.17.1"}
"""Older versions have known holes."""
START = "notebooks/00_start.ipynb"
"""The desk, from the project's folder."""
SERVERS = ("ServerApp", "NotebookApp", "LabApp", "ExtensionApp")
IDENTITIES = ("IdentityProvider", "PasswordIdentityProvider", *SERVERS)
LOCAL = ("localhost", "")


def settings_of(arguments: Sequence[str]) -> dict[str, Any]:
    """Give what a server started with these arguments would do: configuration files first, then the arguments.

    Returns
    -------
    dict
        Class name → its settings, as Jupyter's own loader reads them.
    """
    from jupyter_server.serverapp import ServerApp
    from traitlets.config import Application
    from traitlets.config.loader import ConfigFileNotFound

    app = ServerApp(log_level="ERROR")
    app.parse_command_line(list(arguments))  # they may name a configuration file
    app.load_config_file(suppress_errors=False)
    for name in ("jupyter_lab_config", "jupyter_notebook_config"):
        with suppress(ConfigFileNotFound):
            Application.load_config_file(app, name, path=app.config_file_paths)
    app.parse_command_line(list(arguments))
    return {name: dict(values) for name, values in app.config.items()}


def refuse_unsafe(settings: Mapping[str, Mapping[str, Any]], environment: Mapping[str, str], *, as_root: bool) -> None:
    """Raise if a server with these settings would let others in.

    Parameters
    ----------
    settings : mapping
        What `settings_of` gives.
    environment : mapping
        Of the server; ``JUPYTER_TOKEN`` counts as a token.
    as_root : bool
        Whether it would run as root, and the call does not say so.

    Raises
    ------
    SecurityRefused
        Exit code 12; the line names the setting and the remedy.
    """
    if as_root:
        raise _refused("it would run as root", "allow_root", "use another account, or say --allow-root")
    for name in ("disable_check_xsrf", "allow_unauthenticated_access"):
        if _given(settings, SERVERS, name) and _first(settings, SERVERS, name):
            raise _refused(f"{name} is on", name, "leave it out")
    if _first(settings, SERVERS, "allow_origin") == "*":
        raise _refused("allow_origin is '*'", "allow_origin", "name the origin")
    if _first(settings, ("HTMLExporter",), "embed_images"):
        raise _refused("embed_images is on", "HTMLExporter.embed_images", "leave it out: it fetches what a cell names")
    guarded = bool(_first(settings, SERVERS, "certfile")) and bool(
        _first(settings, IDENTITIES, "hashed_password") or _first(settings, SERVERS, "password")
    )
    if not guarded:
        _refuse_unguarded(settings, environment)


def _refuse_unguarded(settings: Mapping[str, Mapping[str, Any]], environment: Mapping[str, str]) -> None:
    remedy = "leave it out, or give both TLS (--ServerApp.certfile) and a password (`jupyter server password`)"
    ip = str(_first(settings, SERVERS, "ip") or "")
    if not _is_local(ip):
        raise _refused(f"it would listen on {ip!r} without TLS and password", "ip", remedy)
    if _first(settings, SERVERS, "allow_remote_access"):
        raise _refused("allow_remote_access is on without TLS and password", "allow_remote_access", remedy)
    token = _first(settings, IDENTITIES, "token") if _given(settings, IDENTITIES, "token") else None
    token = environment.get("JUPYTER_TOKEN", token)
    if token is not None and not str(token).strip():
        raise _refused("its token is empty, without TLS and password", "token", remedy)


def _is_local(ip: str) -> bool:
    if ip in LOCAL:
        return True
    try:
        return ip_address(ip).is_loopback
    except ValueError:
        return False


def _given(settings: Mapping[str, Mapping[str, Any]], classes: Sequence[str], name: str) -> bool:
    return any(name in settings.get(one, {}) for one in classes)


def _first(settings: Mapping[str, Mapping[str, Any]], classes: Sequence[str], name: str) -> Any:
    """Give the most dangerous reading: any class that sets it, the first that is set to something."""
    found = [settings[one][name] for one in classes if name in settings.get(one, {})]
    return next((value for value in found if value), found[0] if found else None)


def refuse_old(installed: Mapping[str, str] | None = None) -> None:
    """Raise if what serves and renders notebooks is older than `FLOORS`.

    Raises
    ------
    SecurityRefused
        Exit code 12.
    """
    from packaging.version import Version

    for name, floor in FLOORS.items():
        found = (installed or {}).get(name) or version(name)
        if Version(found) < Version(floor):
            what = f"{name} {found} is older than {floor}"
            raise SecurityRefused(what, fault="S02", where="this environment", remedy="make .venv/.runtime")


def _refused(what: str, where: str, remedy: str) -> SecurityRefused:
    return SecurityRefused(f"JupyterLab is not started: {what}", fault="S02", where=where, remedy=remedy)


def open_lab(folder: Path, page: str, arguments: Sequence[str] = (), *, allow_root: bool = False) -> NoReturn:
    """Leave this process to JupyterLab, opened on a folder at one of its notebooks, unless others could get in.

    Raises
    ------
    SecurityRefused
        Exit code 12; see `refuse_unsafe` and `refuse_old`.
    """
    refuse_old()
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0 and not allow_root
    refuse_unsafe(settings_of(arguments), os.environ, as_root=as_root)
    os.execv(sys.executable, command(folder, page, arguments, allow_root=allow_root))  # noqa: S606 - no shell is meant


def command(folder: Path, page: str, arguments: Sequence[str], *, allow_root: bool) -> list[str]:
    """Give the words that start JupyterLab on a folder, at a notebook; what was given comes last and is stronger.

    Nothing is looked up elsewhere: no news, no check for updates.
    """
    words = [
        *(sys.executable, "-m", "jupyterlab"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{page}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    return [*words, *(["--allow-root"] if allow_root else []), *arguments]
