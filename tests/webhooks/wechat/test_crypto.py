"""Known answers of the platform, other people's implementations, and everything that must be refused."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from werobot.crypto import MessageCrypt

from bot.errors import BadInput, SettingsError
from tests.webhooks.wechat.caller import AES_KEY, APP_ID, NONCE, TOKEN, fixture, flat
from webhooks.wechat.crypto import Crypt, Signer

KNOWN = json.loads((Path(__file__).parents[2] / "vectors" / "wechat_msgcrypt.json").read_text())
NOW = 1803870000


def signer() -> Signer:
    return Signer(TOKEN)


def crypt() -> Crypt:
    return Crypt(AES_KEY, APP_ID)


def refusal(call, *args) -> str:
    with pytest.raises(BadInput) as caught:
        call(*args)
    return caught.value.reason


# --- known answers -----------------------------------------------------------------------------------------------

def test_the_platform_s_own_url_check():
    check = KNOWN["url_check"]
    Signer(KNOWN["token"]).check(check["signature"], check["timestamp"], check["nonce"], int(check["timestamp"]))


@pytest.mark.parametrize("which", ["push", "reply"])
def test_the_platform_s_own_messages_both_ways(which):
    vector = KNOWN[which]
    encrypted = vector["encrypt"].encode()
    mine = Crypt(KNOWN["aes_key"], KNOWN["app_id"])
    assert mine.decrypt(encrypted).decode() == vector["plaintext"]
    assert mine.encrypt(vector["plaintext"].encode(), vector["random16"].encode()) == encrypted
    Signer(KNOWN["token"]).check(vector["msg_signature"], vector["timestamp"], vector["nonce"],
                                 int(vector["timestamp"]) + 299, encrypted)


def test_signature_of_a_pushed_message_without_its_body_is_another():
    vector = KNOWN["push"]
    assert Signer(KNOWN["token"]).sign(vector["timestamp"].encode(), vector["nonce"].encode()) == vector["signature"]


# --- other implementations ---------------------------------------------------------------------------------------

def test_wechatpy_reads_what_we_write_and_writes_what_we_read():
    other = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    envelope = flat(other.encrypt_message("<xml>科室</xml>", NONCE, str(NOW)).encode())
    assert crypt().decrypt(envelope["Encrypt"].encode()).decode() == "<xml>科室</xml>"
    signer().check(envelope["MsgSignature"], str(NOW), NONCE, NOW, envelope["Encrypt"].encode())

    ours = Crypt(AES_KEY, APP_ID).encrypt("<xml>号源</xml>".encode(), b"0123456789abcdef")
    signature = signer().sign(str(NOW).encode(), NONCE.encode(), ours)
    body = b"<xml><Encrypt>%b</Encrypt></xml>" % ours
    assert other.decrypt_message(body, signature, str(NOW), NONCE) == "<xml>号源</xml>"


def test_werobot_reads_what_we_write_and_writes_what_we_read():
    other = MessageCrypt(TOKEN, AES_KEY, APP_ID)
    envelope = flat(other.encrypt_message("<xml>科室</xml>", str(NOW), NONCE).encode())
    assert crypt().decrypt(envelope["Encrypt"].encode()).decode() == "<xml>科室</xml>"
    signer().check(envelope["MsgSignature"], str(NOW), NONCE, NOW, envelope["Encrypt"].encode())

    ours = crypt().encrypt(fixture("text__plain"))
    signature = signer().sign(str(NOW).encode(), NONCE.encode(), ours)
    assert other.decrypt_message(str(NOW), NONCE, signature, ours.decode()) == fixture("text__plain")


@given(message=st.binary(max_size=300), random16=st.binary(min_size=16, max_size=16))
def test_what_is_encrypted_comes_back(message, random16):
    assert crypt().decrypt(crypt().encrypt(message, random16)) == message


# --- signatures --------------------------------------------------------------------------------------------------

def test_signature_must_be_the_right_one():
    right = signer().sign(b"%d" % NOW, NONCE.encode())
    check = signer().check
    check(right, str(NOW), NONCE, NOW)
    assert refusal(check, "", str(NOW), NONCE, NOW) == "no_signature"
    assert refusal(check, "0" * 40, str(NOW), NONCE, NOW) == "bad_signature"
    assert refusal(check, right.upper(), str(NOW), NONCE, NOW) == "bad_signature"
    assert refusal(check, right + "é", str(NOW), NONCE, NOW) == "bad_signature"
    assert refusal(check, right[:-1], str(NOW), NONCE, NOW) == "bad_signature"
    assert refusal(check, right, str(NOW), "415670742", NOW) == "bad_signature"
    assert refusal(check, right, str(NOW), NONCE, NOW, b"body") == "bad_signature"
    assert refusal(Signer("another1").check, right, str(NOW), NONCE, NOW) == "bad_signature"


@pytest.mark.parametrize("timestamp", ["", "-1", "1.5", "１８０３８７００００", "9" * 13, "now", " 1803870000"])
def test_timestamp_must_be_seconds(timestamp):
    right = signer().sign(timestamp.encode(), NONCE.encode())
    assert refusal(signer().check, right, timestamp, NONCE, NOW) == "bad_timestamp"


@pytest.mark.parametrize("nonce", ["", "号", "n" * 65, "\udcff"])
def test_nonce_must_be_short_and_ascii(nonce):
    assert refusal(signer().check, "0" * 40, str(NOW), nonce, NOW) == "bad_nonce"


@pytest.mark.parametrize(("late", "fresh"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_a_call_is_good_for_five_minutes(late, fresh):
    right = signer().sign(b"%d" % NOW, NONCE.encode())
    if fresh:
        signer().check(right, str(NOW), NONCE, NOW + late)
    else:
        assert refusal(signer().check, right, str(NOW), NONCE, NOW + late) == "stale"


# --- ciphertexts -------------------------------------------------------------------------------------------------

def sealed(plain: bytes) -> bytes:
    """`plain` under our key as it is, with no care for the format."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = base64.b64decode(AES_KEY + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize())


def padded(plain: bytes) -> bytes:
    pad = 32 - len(plain) % 32
    return plain + bytes([pad]) * pad


def test_format_is_checked_to_the_last_byte():
    app = APP_ID.encode()
    decrypt = crypt().decrypt
    head = b"r" * 16
    assert decrypt(sealed(padded(head + b"\0\0\0\2hi" + app))) == b"hi"
    assert refusal(decrypt, sealed(padded(head + b"\0\0\0\2hi" + b"wx0000000000000000"))) == "foreign_app"
    assert refusal(decrypt, sealed(padded(head + b"\0\0\0\2hi" + app + b"x"))) == "foreign_app"
    assert refusal(decrypt, sealed(padded(head + b"\0\0\0\2hi" + app[:-1]))) == "foreign_app"
    assert refusal(decrypt, sealed(padded(head + b"\0\0\0\2hi"))) == "foreign_app"
    assert refusal(decrypt, sealed(padded(head + b"\xff\xff\xff\xffhi" + app))) == "bad_length"
    assert refusal(decrypt, sealed(padded(head + b"\0\0\1\0hi" + app))) == "bad_length"
    assert refusal(decrypt, sealed(padded(b"short"))) == "bad_length"
    assert refusal(decrypt, sealed((head + b"\0\0\0\2hi" + app).ljust(64, b"\0"))) == "bad_padding"
    assert refusal(decrypt, sealed((head + b"\0\0\0\2hi" + app).ljust(64, b"\x21"))) == "bad_padding"
    assert refusal(decrypt, sealed((head + b"\0\0\0\2hi" + app).ljust(63, b"x") + b"\2")) == "bad_padding"


def test_each_message_is_read_alone_whatever_came_before_it():
    ours, theirs = crypt(), WeChatCrypto(TOKEN, AES_KEY, APP_ID)
    texts = [b"<xml>%d</xml>" % number * number for number in range(1, 9)]
    written = [ours.encrypt(text) for text in texts]
    assert [crypt().decrypt(each) for each in written] == texts
    assert [ours.decrypt(each) for each in reversed(written)] == texts[::-1]
    assert refusal(ours.decrypt, sealed(padded(b"short"))) == "bad_length"
    other = flat(theirs.encrypt_message("<xml/>", NONCE, str(NOW)).encode())["Encrypt"].encode()
    assert ours.decrypt(other) == b"<xml/>"


def test_the_same_message_is_never_written_the_same():
    ours = crypt()
    written = [base64.b64decode(ours.encrypt(b"<xml/>")) for _ in range(50)]
    for place in range(0, 64, 16):
        assert len({each[place:place + 16] for each in written}) == len(written)


def test_ciphertext_must_be_whole_blocks_of_strict_base64():
    decrypt = crypt().decrypt
    good = crypt().encrypt(b"hello")
    for bad in (b"?", good[:-1], good + b"\n", b" " + good, good + b"=", good.replace(b"=", b"") + b"A"):
        assert refusal(decrypt, bad) in {"bad_base64", "bad_length"}
    assert refusal(decrypt, b"") == "bad_length"
    assert refusal(decrypt, base64.b64encode(base64.b64decode(good)[:-16])) == "bad_length"
    assert refusal(Crypt("A" * 43, APP_ID).decrypt, good) in {"bad_padding", "bad_length", "foreign_app"}


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_and_nothing_else_happens(raw):
    for encrypted in (raw, base64.b64encode(raw), sealed(raw.ljust(-(-len(raw) // 32) * 32 or 32, b"\1"))):
        assert refusal(crypt().decrypt, encrypted)


def test_each_encryption_is_another():
    assert len({crypt().encrypt(b"the same") for _ in range(50)}) == 50


@pytest.mark.parametrize("key", ["", "short", "A" * 42, "A" * 44, "!" * 43])
def test_a_key_that_is_none_is_a_fault_of_the_settings(key):
    with pytest.raises(SettingsError):
        Crypt(key, APP_ID)


def test_a_key_whose_last_character_has_spare_bits_works():
    for last in "abcdefgh":  # WeChat's keys are 43 random characters; two bits of the last count for nothing
        key = "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1a" + last
        message = os.urandom(40)
        assert Crypt(key, APP_ID).decrypt(Crypt(key, APP_ID).encrypt(message)) == message
