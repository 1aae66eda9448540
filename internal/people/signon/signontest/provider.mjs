// An OpenID provider on this machine, for tests: oidc-provider with the accounts below. It prints its address when it listens.
//
// What no honest provider does is asked of it at /test: to sign claims that are not true, to answer with a token that is not the right one,
// and to tell how often it was asked for anything.
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { generateKeyPairSync, createPrivateKey } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, port = '0'] = process.argv.slice(2);
const load = (name) => {
  const folder = path.join(modules, 'node_modules', name);
  const { exports, main } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const entry = (e) => (typeof e === 'string' ? e : entry(e.import ?? e.default ?? e['.']));
  return import(pathToFileURL(path.join(folder, exports ? entry(exports) : main)));
};
const { default: Provider } = await load('oidc-provider');
const { SignJWT } = await import(pathToFileURL(createRequire(path.join(modules, 'x.js')).resolve('jose')));

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const jwk = { ...key.export({ format: 'jwk' }), kid: 'ours', alg: 'RS256', use: 'sig' };
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

const tenant = '11111111-2222-3333-4444-555555555555';
const prefix = `/${tenant}/v2.0`;

const accounts = new Map(); // login to claims; filled at /test/account
let lie; // how the next token is changed
let asked = 0;

const server = http.createServer();
await new Promise((done) => { server.listen(Number(port), '127.0.0.1', done); });
const origin = `http://localhost:${server.address().port}`; // for a browser another site than 127.0.0.1
const issuer = origin + prefix;

const provider = new Provider(issuer, {
  jwks: { keys: [jwk] },
  cookies: { keys: ['for tests'] },
  conformIdTokenClaims: false,
  claims: {
    openid: ['sub', 'sid', 'tid', 'oid', 'roles', 'xms_edov'],
    email: ['email', 'email_verified'],
    profile: ['preferred_username'],
  },
  pkce: { required: () => true },
  features: {
    registration: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    devInteractions: { enabled: true },
  },
  findAccount: (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, ...accounts.get(id) }) }),
  // The people of a county are not asked whether their employer's platform may know them.
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
  // Its own way refuses this machine as the address of a site.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  ttl: { Interaction: 3600, Session: 3600, Grant: 3600, IdToken: 600, AccessToken: 600, AuthorizationCode: 60 },
});

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

async function sign(claims, how) {
  if (how === 'none') return `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`;
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'ours' }).sign(how === 'stranger' ? stranger : createPrivateKey({ key: jwk, format: 'jwk' }));
}

provider.on('backchannel.error', (ctx, err) => { console.error('no logout was sent:', err); });

provider.use(async (ctx, next) => {
  await next();
  if (ctx.path !== '/token' || !ctx.body?.id_token || !lie) return;
  const claims = JSON.parse(Buffer.from(ctx.body.id_token.split('.')[1], 'base64url'));
  const { how, set } = lie;
  lie = undefined;
  ctx.body = { ...ctx.body, id_token: await sign({ ...claims, ...set }, how) };
});

async function body(req) {
  let text = '';
  for await (const part of req) text += part;
  return text ? JSON.parse(text) : {};
}

const callback = provider.callback();
server.on('request', async (req, res) => {
  if (req.url.startsWith('/test/')) {
    const said = await body(req);
    let answer = '';
    switch (req.url) {
      case '/test/account': accounts.set(said.login, said.claims); break;
      case '/test/lie': lie = said; break;
      case '/test/sign': answer = await sign({ iss: issuer, ...said.set }, said.how); break;
      case '/test/asked': answer = String(asked); break;
      default: res.statusCode = 404;
    }
    res.end(answer);
    return;
  }
  asked += 1;
  if (!req.url.startsWith(prefix)) {
    res.statusCode = 404;
    res.end();
    return;
  }
  req.originalUrl = req.url;
  req.url = req.url.slice(prefix.length) || '/';
  callback(req, res);
});

process.stdin.on('end', () => process.exit(0)).resume(); // whoever started us is gone
console.log(issuer);
