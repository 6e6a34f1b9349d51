"""Nginx with the configuration that deploy/ ships: the machine's, else Debian's package unpacked in the checkout."""

import datetime
import fcntl
import ipaddress
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CHECKOUT = Path(__file__).resolve().parent.parent
DEPLOY = CHECKOUT / "deploy"
_CACHE = CHECKOUT / "var" / "cache" / "nginx"
_PACKAGES = ("nginx", "nginx-common")
_LIBRARIES = ("libpcre2-8-0", "libssl3", "libcrypt1", "zlib1g")


class NginxMissing(RuntimeError):
    """There is none and none could be fetched; the message says what to do."""


@dataclass(frozen=True)
class Nginx:
    """`libraries` is where a fetched one finds what this machine lacks."""

    program: str
    libraries: str = ""

    def environment(self) -> dict[str, str]:
        return {**os.environ, **({"LD_LIBRARY_PATH": self.libraries} if self.libraries else {})}


def find_nginx() -> Nginx:
    """COMPTOIR_NGINX, else the one on the PATH, else Debian's. Raises NginxMissing."""
    named = os.environ.get("COMPTOIR_NGINX")
    if named and shutil.which(named) is None:
        raise NginxMissing(f"COMPTOIR_NGINX names {named}, which is no executable")
    found = named or shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    return Nginx(found) if found else _fetched()


def _fetched() -> Nginx:
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        program = _CACHE / "root" / "usr" / "sbin" / "nginx"
        if not program.exists():
            _unpack(_PACKAGES)
        if "not found" in _linked(Nginx(str(program))):
            _unpack(_LIBRARIES)
    libraries = ":".join(str(path) for path in (_CACHE / "root").glob("**/*-linux-gnu"))
    nginx = Nginx(str(program), libraries)
    if "not found" in _linked(nginx):
        raise NginxMissing(f"Debian's nginx does not run here:\n{_linked(nginx)}\n{_CURE}")
    return nginx


_CURE = "apt install nginx, or set COMPTOIR_NGINX to an executable"


def _linked(nginx: Nginx) -> str:
    return subprocess.run(["ldd", nginx.program], env=nginx.environment(), capture_output=True, text=True).stdout


def _unpack(packages: tuple[str, ...]) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        raise NginxMissing(f"the tests behind Nginx need nginx, and this is no Debian: {_CURE}")
    with tempfile.TemporaryDirectory(prefix="comptoir-apt-") as folder:
        Path(folder).chmod(0o755)  # apt downloads as a user of its own
        told = _apt(["download", *packages], folder)
        if told.returncode and os.geteuid() == 0:
            _apt(["update"], folder)  # the package lists of a fresh image are empty
            told = _apt(["download", *packages], folder)
        if told.returncode:
            raise NginxMissing(f"nginx could not be fetched ({told.stderr.strip()[-300:]}): {_CURE}")
        for package in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, _CACHE / "root"], check=True)


def _apt(arguments: list[str], folder: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["apt-get", "-q", *arguments], cwd=folder, capture_output=True, text=True, timeout=120)


@dataclass(frozen=True)
class Front:
    """A running Nginx: where it answers, and the certificate that a client has to trust."""

    url: str
    certificate: Path
    folder: Path

    @property
    def log(self) -> str:
        return (self.folder / "access.log").read_text()


def lay_out(folder: Path, ports: tuple[int, int], servers: Mapping[str, str]) -> Path:
    """The shipped configuration in `folder`, moved to these ports (plain, TLS) and to these servers.

    Nothing else is changed, and what is to be changed must be there: a file that has moved on is an error.
    """
    plain, tls = ports
    moved = {
        " /tmp/": f" {folder}/", "access_log /dev/stdout": f"access_log {folder}/access.log",
        "listen 80;": f"listen 127.0.0.1:{plain};", "listen 443 ssl": f"listen 127.0.0.1:{tls} ssl",
    }  # fmt: skip
    _copy("nginx.conf", folder, moved)
    _copy("proxy.conf", folder, {})
    _copy("upstreams.conf", folder, servers)
    (folder / "tls").mkdir()
    _certify(folder / "tls")
    return folder / "nginx.conf"


def _copy(name: str, folder: Path, moved: Mapping[str, str]) -> None:
    text = (DEPLOY / name).read_text()
    for old, new in moved.items():
        if old not in text:
            raise RuntimeError(f"deploy/{name} has no {old!r} any more")
        text = text.replace(old, new)
    (folder / name).write_text(text)


def _certify(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), False).sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def command(nginx: Nginx, configuration: Path, *more: str) -> list[str]:
    """As root its workers stay root: the folder of a test is nobody else's."""
    words = "daemon off; user root;" if os.geteuid() == 0 else "daemon off;"
    return [nginx.program, "-p", str(configuration.parent), "-c", str(configuration), "-g", words, *more]


@contextmanager
def front(folder: Path, ports: tuple[int, int], servers: Mapping[str, str]) -> Iterator[Front]:
    """Nginx before these servers, stopped at the end."""
    nginx = find_nginx()
    configuration = lay_out(folder, ports, servers)
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen(command(nginx, configuration), env=nginx.environment(), stdout=log, stderr=log)
        try:
            _wait(process, folder)
            yield Front(f"https://localhost:{ports[1]}", folder / "tls" / "fullchain.pem", folder)
        finally:
            process.send_signal(signal.SIGQUIT)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:  # a screen that is still open
                process.terminate()
                process.wait(10)


def _wait(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline = time.monotonic() + 10
    while not (folder / "nginx.pid").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"nginx did not start:\n{(folder / 'nginx.log').read_text()}")
        time.sleep(0.02)
