// Asks the verifiers of others whether badges are true. Reads {modules, documents, cases} as JSON from standard input: the folder of
// the installed packages, what stands at which address, and the badges. Writes for each case {ok, why}. Nothing goes out to the network.
import {createRequire} from 'node:module';
import {text} from 'node:stream/consumers';
import {pathToFileURL} from 'node:url';

const {modules, documents, cases} = JSON.parse(await text(process.stdin));

// verifier-core fetches DID documents and status lists with the global fetch, and speaks on standard output.
globalThis.fetch = async request => {
  const found = documents[typeof request === 'string' ? request : request.url];
  return new Response(found ?? 'null', {status: found ? 200 : 404, headers: {'content-type': 'application/json'}});
};
console.log = console.error;

const find = createRequire(modules + '/');
const load = name => import(pathToFileURL(find.resolve(name)).href);
const {verifyCredential} = await load('@digitalcredentials/verifier-core');
const {createLocalJWKSet, jwtVerify} = await load('jose');

// The verifier's log says of each step whether it holds. A step that it did not reach is missing.
async function json({badge, status}) {
  const result = await verifyCredential({credential: JSON.parse(badge), knownDIDRegistries: []});
  const steps = Object.fromEntries((result.log ?? []).map(step => [step.id, step.valid === true]));
  const wanted = ['valid_signature', 'expiration', ...(status ? ['revocation_status'] : [])];
  const missing = wanted.filter(id => !steps[id]);
  const errors = (result.errors ?? []).map(e => e.name + ': ' + e.message);
  return {ok: missing.length === 0 && errors.length === 0, why: [...missing, ...errors].join('; ')};
}

async function token({badge, jwks, issuer}) {
  const {payload} = await jwtVerify(badge, createLocalJWKSet(jwks), {issuer, algorithms: ['RS256', 'EdDSA'], typ: 'JWT'});
  return {ok: payload.jti === payload.id && payload.sub === payload.credentialSubject.id, why: 'claims'};
}

const answers = [];
for (const c of cases) {
  try {
    answers.push(await (c.jwks ? token(c) : json(c)));
  } catch (e) {
    answers.push({ok: false, why: String(e)});
  }
}
process.stdout.write(JSON.stringify(answers));
