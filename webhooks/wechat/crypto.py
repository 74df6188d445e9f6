"""Signatures and encryption of WeChat's callbacks (消息加解密): strict, and computed once per account where it can be.

Format, from developers.weixin.qq.com/doc/subscription/api/ (消息加解密说明):

- signature = sha1 of the sorted and joined token, timestamp, nonce (and, for ``msg_signature``, the Encrypt field)
- key = base64 of EncodingAESKey + "=" (32 bytes); AES-256-CBC; iv = key[:16]; PKCS#7 with blocks of 32
- plaintext = 16 random bytes | 4 bytes length, big-endian | message | app id
"""

from __future__ import annotations

import base64
import binascii
import os
from hashlib import sha1
from hmac import compare_digest

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.errors import BadInput, SettingsError

WINDOW = 300  # seconds a callback may be old, or ahead of our clock
BLOCK = 32
HEAD = 20  # random bytes and length field
LONGEST_NONCE = 64


class Signer:
    """The token of one account: makes and checks signatures. Stateless after construction, safe to share."""

    __slots__ = ("_token",)

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    def sign(self, timestamp: bytes, nonce: bytes, *more: bytes) -> str:
        """The signature, 40 lower-case hexadecimal digits, over the token and the given parts."""
        return sha1(b"".join(sorted((self._token, timestamp, nonce, *more)))).hexdigest()

    def check(self, signature: str, timestamp: str, nonce: str, now: float, *more: bytes) -> None:
        """Refuse what the owner of the token did not sign, or signed more than ``WINDOW`` seconds from ``now``.

        :param now: Unix time in seconds
        :param more: what is signed besides timestamp and nonce: the Encrypt field of an encrypted body
        :raises BadInput: ``no_signature``, ``bad_timestamp``, ``bad_nonce``, ``bad_signature`` or ``stale``
        """
        if not signature:
            raise BadInput("no_signature")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            raise BadInput("bad_timestamp")
        if not nonce.isascii() or not 0 < len(nonce) <= LONGEST_NONCE:
            raise BadInput("bad_nonce")
        right = self.sign(timestamp.encode(), nonce.encode(), *more)
        # compare_digest refuses text that is not ASCII with a TypeError, so bytes are compared.
        if not compare_digest(right.encode(), signature.encode("ascii", "replace")):
            raise BadInput("bad_signature")
        # Signature first: only the channel itself, or somebody who recorded it, learns that the time was the fault.
        if abs(now - int(timestamp)) > WINDOW:
            raise BadInput("stale")


class Crypt:
    """The EncodingAESKey of one account. The key is decoded and each way's context begun once, for all messages: that
    costs five times what it takes to use one. Where a chain goes on, its last block stands for the iv, and of the iv
    only the first block knows: 16 random bytes, which stay random so, and which every reader throws away.

    Padding and length are only looked at after ``Signer.check`` passed over the ciphertext, so their errors tell
    nothing to anybody without the token (no padding oracle).
    """

    __slots__ = ("_app_id", "_cipher", "_decryptor", "_encryptor")

    def __init__(self, aes_key: str, app_id: str) -> None:
        try:
            key = base64.b64decode(aes_key + "=", validate=True)
        except binascii.Error:
            key = b""
        if len(key) != 32:
            raise SettingsError("aes_key: expected 43 characters of base64")
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))
        self._decryptor, self._encryptor = self._cipher.decryptor(), self._cipher.encryptor()
        self._app_id = app_id.encode()

    def decrypt(self, encrypted: bytes) -> bytes:
        """The message inside ``encrypted`` (base64, as it stands in the Encrypt field).

        :raises BadInput: ``bad_base64``, ``bad_length``, ``bad_padding`` or ``foreign_app``
        """
        try:
            sealed = binascii.a2b_base64(encrypted, strict_mode=True)
        except binascii.Error:
            raise BadInput("bad_base64") from None
        if not sealed or len(sealed) % BLOCK:
            raise BadInput("bad_length")
        plain = self._decryptor.update(sealed)
        pad = plain[-1]
        if 1 <= pad <= BLOCK and len(plain) - pad < HEAD:
            raise BadInput("bad_length")
        if not 1 <= pad <= BLOCK or plain[-pad:] != bytes((pad,)) * pad:
            raise BadInput("bad_padding")
        end = HEAD + int.from_bytes(plain[16:HEAD], "big")
        if end > len(plain) - pad:
            raise BadInput("bad_length")
        if not compare_digest(plain[end:-pad], self._app_id):
            raise BadInput("foreign_app")
        return plain[HEAD:end]

    def encrypt(self, message: bytes, random16: bytes | None = None) -> bytes:
        """Base64 of the encrypted ``message``.

        :param random16: the 16 leading bytes; only a known-answer test gives them, and has a chain of its own
        """
        body = b"".join((random16 or os.urandom(16), len(message).to_bytes(4, "big"), message, self._app_id))
        pad = BLOCK - len(body) % BLOCK
        encryptor = self._encryptor if random16 is None else self._cipher.encryptor()
        sealed = encryptor.update(body + bytes((pad,)) * pad)
        return binascii.b2a_base64(sealed, newline=False)
