/** Pictures of accounts: where a provider names them, which addresses may be fetched, and which files are pictures. */
import { jsonObject } from "../oauth/form.ts";
import type { HttpOutcome, HttpRequest } from "../ports.ts";
import type { Secret } from "../secret.ts";
import type { Provider } from "./provider.ts";

/** The largest picture. */
export const PICTURE_MAX_BYTES = 256 * 1024;

/** Asks for the user of the token (docs/twitch-auth.md §15). */
export const usersRequest = (url: string, client_id: string, accessToken: Secret): HttpRequest => ({
  method: "GET",
  url,
  headers: {
    authorization: `Bearer ${accessToken.reveal()}`,
    "client-id": client_id,
    accept: "application/json",
  },
  timeoutMs: 10_000,
});

/** The address of the picture in the answer to `usersRequest`, if the answer is about this user. */
export function pictureInUsers(outcome: HttpOutcome, user_id: string): string | undefined {
  if (outcome.kind !== "answered" || outcome.status !== 200) return undefined;
  const data: unknown = jsonObject(outcome.body)?.["data"];
  const users = (Array.isArray(data) ? data : []) as readonly unknown[];
  const user = users.find(
    (one): one is Record<string, unknown> =>
      typeof one === "object" && one !== null && "id" in one && one.id === user_id,
  );
  const url = user?.["profile_image_url"];
  return typeof url === "string" ? url : undefined;
}

/** The address, if its origin is one that the provider's data lists and it has no login in it. */
export function allowedPicture({ pictures }: Provider, address: unknown): string | undefined {
  if (pictures === undefined || typeof address !== "string" || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  const isListed = pictures.origins.includes(url.origin) && url.username === "" && url.password === "";
  return isListed ? url.href : undefined;
}

const starts = (bytes: Uint8Array, at: number, text: string): boolean =>
  Array.from(text).every((letter, index) => bytes[at + index] === letter.charCodeAt(0));

/** The type of a picture by its first bytes; what a server says about it does not count. Undefined: no picture. */
export function pictureType(bytes: Uint8Array): string | undefined {
  if (starts(bytes, 0, "\x89PNG\r\n\x1a\n")) return "image/png";
  if (starts(bytes, 0, "\xff\xd8\xff")) return "image/jpeg";
  if (starts(bytes, 0, "GIF87a") || starts(bytes, 0, "GIF89a")) return "image/gif";
  return starts(bytes, 0, "RIFF") && starts(bytes, 8, "WEBP") ? "image/webp" : undefined;
}
