/** Signs ID tokens (docs/twitch-auth.md §9). The key lasts as long as the process. */
import { exportJWK, generateKeyPair, SignJWT, type JWK } from "jose";

const LIFE_SEC = 900;

export interface Signer {
  sign(claims: {
    readonly iss: string;
    readonly sub: string;
    readonly aud: string;
    readonly iatSec: number;
    /** `nonce`, `at_hash` and the requested claims. */
    readonly more: Readonly<Record<string, unknown>>;
  }): Promise<string>;
  keys(): Promise<{ readonly keys: readonly JWK[] }>;
}

export function createSigner(): Signer {
  let pair: ReturnType<typeof generateKeyPair> | undefined;
  const keyPair = () => (pair ??= generateKeyPair("RS256")); // generated when it is first needed, since that takes a while
  return {
    async sign({ iss, sub, aud, iatSec, more }) {
      const { privateKey } = await keyPair();
      return new SignJWT({ azp: aud, ...more })
        .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: "1" })
        .setIssuer(iss)
        .setSubject(sub)
        .setAudience(aud)
        .setIssuedAt(iatSec)
        .setExpirationTime(iatSec + LIFE_SEC)
        .sign(privateKey);
    },
    async keys() {
      const { publicKey } = await keyPair();
      return { keys: [{ ...(await exportJWK(publicKey)), alg: "RS256", use: "sig", kid: "1" }] };
    },
  };
}
