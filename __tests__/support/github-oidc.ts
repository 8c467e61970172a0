import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** `iss` of GitHub's tokens, and the URL of its identity provider in AWS. */
export const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com';

/** Stands in for GitHub's issuer of tokens. */
export interface GitHubOidc {
  /** To open an emulator with: it asks the stand-in for the keys of GitHub. */
  readonly issuers: Readonly<Record<string, string>>;
  /** A token with these claims besides `iss`, `aud`, `iat` and `exp`, valid for five minutes from `now`. */
  token(claims: Readonly<Record<string, string | number>>, now?: Date): string;
  close(): Promise<void>;
}

export async function startGitHubOidc(): Promise<GitHubOidc> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'stand-in', use: 'sig', alg: 'RS256' };
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const body = request.url?.endsWith('/jwks')
      ? { keys: [key] }
      : { issuer: GITHUB_ISSUER, jwks_uri: `http://127.0.0.1:${port}/.well-known/jwks` };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    issuers: { [GITHUB_ISSUER]: `http://127.0.0.1:${port}` },
    token(claims, now = new Date()) {
      const iat = Math.floor(now.getTime() / 1_000);
      const own = { iss: GITHUB_ISSUER, aud: 'sts.amazonaws.com', iat, exp: iat + 300 };
      return signedToken({ alg: 'RS256', kid: key.kid, typ: 'JWT' }, { ...own, ...claims }, privateKey);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A JSON web token of any header and claims, signed with RS256. */
export function signedToken(header: object, claims: object, key: KeyObject): string {
  const content = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${content}.${createSign('RSA-SHA256').update(content).sign(key, 'base64url')}`;
}
