// One of two independent implementations of WeChat Pay's API v3 plays one side of it.
//   node wechat_pay.cjs <peer> notice  {key, api, serial, timestamp, nonce, about, envelope, facts} -> {headers, body}
//   node wechat_pay.cjs <peer> request {key, public, method, path, body, authorization}            -> {right}
//   node wechat_pay.cjs <peer> read    {public, api, serial, headers, body}                        -> {right, facts}
// Keys are PEM. Input and output are JSON on stdin and stdout.
'use strict';

const {readFileSync} = require('fs');
const {createCipheriv} = require('crypto');

function axiosPlugin() {
  const {Rsa, Aes, Formatter} = require('wechatpay-axios-plugin');
  return {
    seal: (text, api, nonce, about) => Aes.AesGcm.encrypt(text, api, nonce, about),
    open: ({ciphertext, nonce, associated_data: about}, api) => JSON.parse(Aes.AesGcm.decrypt(ciphertext, api, nonce, about)),
    sign: (given, body) => Rsa.sign(Formatter.response(given.timestamp, given.nonce, body), given.key),
    answer: ({public: key}, at, nonce, signature, body) => Rsa.verify(Formatter.response(at, nonce, body), signature, key),
    request: ({public: key, method, path, body}, at, nonce, signature) =>
      Rsa.verify(Formatter.request(method, path, at, nonce, body), signature, key),
  };
}

// It neither seals nor verifies requests: those it is told to sign itself, as the same words have one signature.
function nodeV3() {
  const Pay = require('wechatpay-node-v3');
  const pay = (key) => new Pay({appid: 'wx', mchid: '1', serial_no: 'A', publicKey: Buffer.from('-'), privateKey: Buffer.from(key || '-')});
  return {
    seal: (text, api, nonce, about) => {
      const cipher = createCipheriv('aes-256-gcm', api, nonce).setAAD(Buffer.from(about));
      return Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
    },
    open: ({ciphertext, nonce, associated_data: about}, api) => pay().decipher_gcm(ciphertext, about, nonce, api),
    sign: (given, body) => pay(given.key).sha256WithRsa(`${given.timestamp}\n${given.nonce}\n${body}\n`),
    answer: ({public: key, serial}, timestamp, nonce, signature, body) => {
      Pay.certificates[serial] = key;
      return pay().verifySign({timestamp, nonce, body, serial, signature});
    },
    request: ({key, method, path, body}, at, nonce, signature) =>
      pay(key).getSignature(method, nonce, at, path, body) === signature,
  };
}

async function main() {
  const [name, act] = process.argv.slice(1);
  const peer = {'wechatpay-axios-plugin': axiosPlugin, 'wechatpay-node-v3': nodeV3}[name]();
  const given = JSON.parse(readFileSync(0, 'utf8'));
  if (act === 'notice') {
    const resource = {algorithm: 'AEAD_AES_256_GCM', associated_data: given.about, nonce: given.nonce.slice(0, 12), original_type: given.about};
    resource.ciphertext = peer.seal(JSON.stringify(given.facts), given.api, resource.nonce, given.about);
    // The platform writes slashes so; whoever writes the body anew before he verifies it finds another one.
    const body = JSON.stringify({...given.envelope, resource}).replaceAll('/', '\\/');
    return {body, headers: {
      'Wechatpay-Timestamp': given.timestamp, 'Wechatpay-Nonce': given.nonce, 'Wechatpay-Serial': given.serial,
      'Wechatpay-Signature': peer.sign(given, body), 'Content-Type': 'application/json',
    }};
  }
  if (act === 'request') {
    const said = Object.fromEntries([...given.authorization.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
    return {right: peer.request(given, said.timestamp, said.nonce_str, said.signature)};
  }
  const [at, nonce, signature] = ['Timestamp', 'Nonce', 'Signature'].map((each) => given.headers[`Wechatpay-${each}`]);
  return {
    right: await peer.answer(given, at, nonce, signature, given.body),
    facts: peer.open(JSON.parse(given.body).resource, given.api),
  };
}

main().then((made) => process.stdout.write(JSON.stringify(made)));
