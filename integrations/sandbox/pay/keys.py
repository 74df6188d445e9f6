"""Keys of the played channels and of the merchant that stands before them, made once in `var`: all processes have the
same ones, and the settings name their files."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

MERCHANT, PLATFORM = "merchant", "platform"


def private_file(folder: Path, who: str) -> Path:
    return folder / f"{who}.pem"


def public_file(folder: Path, who: str) -> Path:
    return folder / f"{who}.pub.pem"


def ensure(folder: Path) -> None:
    """All files are there, made by whoever came first; several processes may start at the same moment."""
    folder.mkdir(parents=True, exist_ok=True)
    for who in (MERCHANT, PLATFORM):
        if not private_file(folder, who).exists():
            made = generate_private_key(public_exponent=65537, key_size=2048)
            _write(private_file(folder, who), made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        if not public_file(folder, who).exists():
            public = private_key(folder, who).public_key()
            _write(public_file(folder, who), public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def private_key(folder: Path, who: str) -> RSAPrivateKey:
    key = load_pem_private_key(private_file(folder, who).read_bytes(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and only where nothing is yet."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)
