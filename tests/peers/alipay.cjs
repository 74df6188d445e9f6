// npm alipay-sdk and Node's own crypto, beside our code. Standard input: JSON with `act` and what it needs.
const { createSign } = require('node:crypto');
const { AlipaySdk } = require('alipay-sdk');

const given = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const config = { appId: given.app, privateKey: given.private, keyType: 'PKCS8', alipayPublicKey: given.public };

const acts = {
  // a notice of a trade (rule v1), signed by somebody who has Alipay's private key
  notice() {
    const pem = `-----BEGIN PRIVATE KEY-----\n${given.private}\n-----END PRIVATE KEY-----`;
    const said = Object.keys(given.fields).sort().map((name) => `${name}=${given.fields[name]}`).join('&');
    const sign = createSign('RSA-SHA256').update(said, 'utf8').sign(pem, 'base64');
    const fields = { ...given.fields, sign_type: 'RSA2', sign };
    return { body: new URLSearchParams(fields).toString(), right: new AlipaySdk(config).checkNotifySignV2(fields) };
  },
  // whether parameters that we signed are right, by the key that we gave
  verify() {
    return { right: new AlipaySdk(config).checkNotifySignV2(given.params) };
  },
  // how the SDK numbers certificates
  numbers() {
    const sdk = new AlipaySdk({
      ...config, alipayPublicKey: undefined, appCertContent: given.certificate, alipayRootCertContent: given.roots,
      alipayPublicCertContent: given.alipay,
    });
    return { app: sdk.config.appCertSn, roots: sdk.config.alipayRootCertSn, alipay: sdk.config.alipayCertSn };
  },
  // a request of the SDK's own making
  request() {
    return { query: new AlipaySdk(config).sdkExecute('alipay.trade.query', { bizContent: given.facts }) };
  },
};

console.log(JSON.stringify(acts[given.act]()));
