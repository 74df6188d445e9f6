// One of three independent implementations of WeChat's message encryption plays WeChat.
//   node wechat.cjs <peer> seal   {token, key, app, timestamp, nonce, xml}            -> {encrypted, signature}
//   node wechat.cjs <peer> unseal   {token, key, app, timestamp, nonce, encrypted, signature} -> {xml, app, right}
// Input and output are JSON on stdin and stdout.
'use strict';

const {readFileSync} = require('fs');

function wechatCrypto({token, key, app}) {
  const peer = new (require('wechat-crypto'))(token, key, app);
  return {
    seal: (xml, timestamp, nonce) => {
      const encrypted = peer.encrypt(xml);
      return {encrypted, signature: peer.getSignature(timestamp, nonce, encrypted)};
    },
    unseal: (encrypted, timestamp, nonce, signature) => {
      const {message, id} = peer.decrypt(encrypted);
      return {xml: message, app: id, right: peer.getSignature(timestamp, nonce, encrypted) === signature};
    },
  };
}

function wecomCrypto({token, key, app}) {
  const peer = require('@wecom/crypto');
  return {
    seal: (xml, timestamp, nonce) => {
      const encrypted = peer.encrypt(key, xml, app);
      return {encrypted, signature: peer.getSignature(token, timestamp, nonce, encrypted)};
    },
    unseal: (encrypted, timestamp, nonce, signature) => {
      const {message, id} = peer.decrypt(key, encrypted);
      return {xml: message, app: id, right: peer.getSignature(token, timestamp, nonce, encrypted) === signature};
    },
  };
}

function easywechat({token, key, app}) {
  const Encryptor = require('node-easywechat/dist/Core/Encryptor');
  const peer = new Encryptor(app, token, key, app);
  return {
    seal: (xml, timestamp, nonce) => {
      const body = peer.encrypt(xml, nonce, timestamp);  // a whole envelope, without CDATA
      return {body, signature: /<MsgSignature>(?:<!\[CDATA\[)?(\w+)/.exec(body)[1]};
    },
    // It throws for a wrong signature or app id.
    unseal: (encrypted, timestamp, nonce, signature) =>
      ({xml: peer.decrypt(encrypted, signature, nonce, timestamp), app, right: true}),
  };
}

const PEERS = {'wechat-crypto': wechatCrypto, '@wecom/crypto': wecomCrypto, 'node-easywechat': easywechat};
const [name, act] = process.argv.slice(-2);
const given = JSON.parse(readFileSync(0, 'utf8'));
const peer = PEERS[name](given);
const made = act === 'seal'
  ? peer.seal(given.xml, given.timestamp, given.nonce)
  : peer.unseal(given.encrypted, given.timestamp, given.nonce, given.signature);
process.stdout.write(JSON.stringify(made));
