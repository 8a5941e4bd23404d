/** Verifies ID tokens, in which a provider states who signed in (OpenID Connect Core §2, §3). They give no access. */
import {
  createLocalJWKSet,
  decodeJwt,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTVerifyOptions,
} from "jose";
import type { IdTokenFault } from "../../contract/failure.ts";
import type { Secret } from "../secret.ts";

/** The claims of an ID token, not interpreted; `sub` is the user. */
export type IdClaims = Readonly<Record<string, unknown>> & { readonly sub: string };

export interface ExpectedIdToken {
  /** Compared exactly. */
  readonly issuer: string;
  readonly client_id: string;
  readonly nonce: Secret;
  /** Never `none`, and never an algorithm whose key the client knows. */
  readonly algorithms: readonly string[];
  /**
   * The access token of the same response; `bound`: the ID token must contain its hash (OpenID Connect Core §3.2.2.9).
   */
  readonly accessToken?: { readonly token: Secret; readonly bound: boolean };
}

export type IdTokenVerdict =
  | { readonly kind: "verified"; readonly claims: IdClaims }
  /** The ID token names none of these keys: the provider may have a new key. */
  | { readonly kind: "unknown_key" }
  | { readonly kind: "rejected"; readonly why: IdTokenFault };

/** The allowed difference between two clocks. */
const TOLERANCE_SEC = 60;

/**
 * Verifies signature, `alg`, `iss`, `aud`, `azp`, `exp`, `nonce` and `at_hash` (OpenID Connect Core §3.1.3.7,
 * §3.2.2.11). `nowMs` is an instant, in epoch milliseconds. Pure.
 */
export async function verifyIdToken(
  token: Secret,
  expected: ExpectedIdToken,
  keys: JSONWebKeySet,
  nowMs: number,
): Promise<IdTokenVerdict> {
  const { issuer, client_id, nonce, accessToken } = expected;
  const rejected = (why: IdTokenFault): IdTokenVerdict => ({ kind: "rejected", why });
  try {
    const { payload, protectedHeader } = await verifySignature(token, keys, {
      algorithms: [...expected.algorithms],
      issuer,
      audience: client_id,
      requiredClaims: ["sub", "iat", "exp"],
      clockTolerance: TOLERANCE_SEC,
      currentDate: new Date(nowMs),
    });
    const { sub, azp, aud, at_hash } = payload;
    if (typeof sub !== "string" || sub === "") return rejected("malformed");
    if (azp !== undefined ? azp !== client_id : Array.isArray(aud) && aud.length > 1)
      return rejected("audience");
    if (payload["nonce"] !== nonce.reveal()) return rejected("nonce");
    if (accessToken !== undefined) {
      if (
        at_hash === undefined
          ? accessToken.bound
          : at_hash !== (await halfHash(protectedHeader.alg, accessToken.token))
      )
        return rejected("at_hash");
    }
    return { kind: "verified", claims: { ...payload, sub } };
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return { kind: "unknown_key" };
    return rejected(faultOf(error));
  }
}

const CLAIM_FAULTS = [errors.JWTClaimValidationFailed, errors.JWTExpired, errors.JWTInvalid];

/**
 * Verifies the signature. A token need not name its key (RFC 7515 §4.1.4): then every key that fits its algorithm is
 * tried, and one valid signature is enough.
 */
async function verifySignature(token: Secret, keys: JSONWebKeySet, options: JWTVerifyOptions) {
  try {
    return await jwtVerify(token.reveal(), createLocalJWKSet(keys), options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return await jwtVerify(token.reveal(), key, options);
      } catch (fault) {
        // A fault of the claims means that the signature is valid. After any other fault another key may fit.
        if (CLAIM_FAULTS.some((kind) => fault instanceof kind)) throw fault;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function faultOf(error: unknown): IdTokenFault {
  if (error instanceof errors.JOSEAlgNotAllowed) return "algorithm";
  if (error instanceof errors.JWTExpired) return "expired";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "iss") return "issuer";
    return error.claim === "aud" ? "audience" : "malformed";
  }
  return error instanceof errors.JWSSignatureVerificationFailed ? "signature" : "malformed";
}

/** The left half of the hash that goes with the algorithm (OpenID Connect Core §3.1.3.6). */
async function halfHash(alg: string, token: Secret): Promise<string> {
  const size = /^[A-Z]{2}(256|384|512)$/.exec(alg)?.[1] ?? "512"; // EdDSA hashes with SHA-512
  const octets = new TextEncoder().encode(token.reveal());
  const digest = new Uint8Array(await crypto.subtle.digest(`SHA-${size}`, octets));
  const half = String.fromCharCode(...digest.subarray(0, digest.length / 2));
  return btoa(half).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The claims of a stored ID token, which was verified before it was stored. */
export function claimsOf(token: Secret): IdClaims {
  const claims = decodeJwt(token.reveal());
  return { ...claims, sub: claims.sub ?? "" };
}
