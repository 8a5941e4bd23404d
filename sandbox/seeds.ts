/** Who and what the sandbox knows from the start. Nothing in here is secret: it is a pretend provider. */
import { appRedirect, formerRedirects, loopbackRedirects } from "../core/providers/redirects.ts";

export interface User {
  readonly id: string;
  readonly login: string;
  readonly display_name: string;
  readonly email: string;
  readonly description: string;
}
export interface Client {
  readonly client_id: string;
  readonly name: string;
  /** `confidential` and `public` as TA §2; `rotating` is what other servers do: public, PKCE, one-time refresh. */
  readonly type: "confidential" | "public" | "rotating";
  readonly client_secret?: string;
  /** The first one gets the answer when a request names one that is not in the list (TA §3). */
  readonly redirect_uris: readonly [string, ...string[]];
}

export const USERS: readonly User[] = [
  {
    id: "700000001",
    login: "harborlights_tv",
    display_name: "harborlights_tv",
    email: "harborlights@example.test",
    description: "Evenings by the water, and games.",
  },
  {
    id: "700000002",
    login: "mirrelune",
    display_name: "Mirrelune",
    email: "mirrelune@example.test",
    description: "Paints, talks, paints over it.",
  },
  {
    id: "700000003",
    login: "lanternbot",
    display_name: "LanternBot",
    email: "lanternbot@example.test",
    description: "Keeps the chat warm.",
  },
];

/** Where the app takes answers, as a person would register it. */
const TOKENKEEP = [
  appRedirect("sandbox"),
  ...loopbackRedirects("sandbox"),
  ...formerRedirects("sandbox"),
] as const;

/** The app's own client here. Tool authors may use it too: `npm run sandbox` prints it. */
export const OWN_CLIENT = {
  client_id: "tokenkeep-sandbox",
  name: "Tokenkeep",
  type: "confidential",
  client_secret: "sandbox-only-not-a-secret",
  redirect_uris: [...TOKENKEEP, "http://localhost:3000"],
} as const satisfies Client;

export const CLIENTS: readonly Client[] = [
  OWN_CLIENT,
  {
    client_id: "sandbox-public",
    name: "Public client",
    type: "public",
    redirect_uris: TOKENKEEP,
  },
  {
    client_id: "sandbox-rotating",
    name: "Rotating client",
    type: "rotating",
    redirect_uris: TOKENKEEP,
  },
  // What the provider's own site signs in with: other programs keep their hands off its tokens (TA §18).
  {
    client_id: "sandbox-website",
    name: "The sandbox's own site",
    type: "public",
    redirect_uris: ["http://localhost:3000"],
  },
];
