/** Signs ID tokens, rightly or not, in place of the sandbox's own signer. */
import { exportJWK, generateKeyPair, SignJWT, type JWK } from "jose";
import type { Signer } from "../../../../sandbox/id-token.ts";

const pairs = Promise.all([generateKeyPair("RS256"), generateKeyPair("RS256")]);

/** How the next ID tokens differ from what they should be. */
export interface Forgery {
  /** Claims in place of the right ones; undefined takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Signed by a key that is not the provider's. */
  readonly otherKey?: boolean;
  /** Null: the token does not name its key. */
  readonly kid?: string | null;
  readonly alg?: "none";
}
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

export interface ForgingSigner extends Signer {
  forgery: Forgery;
  /** Under which names the provider publishes its key. */
  published: readonly string[];
  /** It publishes the other key in place of its own. */
  publishesOther: boolean;
}

export function createForgingSigner(): ForgingSigner {
  return {
    forgery: {},
    published: ["1"],
    publishesOther: false,
    async sign({ iss, sub, aud, iatSec, more }) {
      const { claims, otherKey = false, kid = "1", alg } = this.forgery;
      const payload = { iss, sub, aud, azp: aud, iat: iatSec, exp: iatSec + 900, ...more, ...claims };
      if (alg === "none") return `${base64url({ alg, typ: "JWT" })}.${base64url(payload)}.`;
      const [own, other] = await pairs;
      return new SignJWT(JSON.parse(JSON.stringify(payload)) as Record<string, unknown>)
        .setProtectedHeader({ alg: "RS256", typ: "JWT", ...(kid !== null && { kid }) })
        .sign((otherKey ? other : own).privateKey);
    },
    async keys() {
      const [own, other] = await pairs;
      const { publicKey } = this.publishesOther ? other : own;
      const jwk: JWK = { ...(await exportJWK(publicKey)), alg: "RS256", use: "sig" };
      return { keys: this.published.map((kid) => ({ ...jwk, kid })) };
    },
  };
}
