/** The users and clients of the sandbox. Nothing here is secret, since no account is real. */
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
  /**
   * `confidential` and `public` are the types of docs/twitch-auth.md §2. `rotating` is what other authorization servers
   * offer: a public client with PKCE and one-time refresh tokens.
   */
  readonly type: "confidential" | "public" | "rotating";
  readonly client_secret?: string;
  /** A request with any other redirect URI is answered at the first of these (docs/twitch-auth.md §3). */
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
    display_name: "灯籠ボット", // Twitch has names in other scripts than the login's (docs/twitch-auth.md §21.12)
    email: "lanternbot@example.test",
    description: "Keeps the chat warm.",
  },
];

/** The redirect URIs of the app, as a user registers them. */
const TOKENKEEP = [
  appRedirect("sandbox"),
  ...loopbackRedirects("sandbox"),
  ...formerRedirects("sandbox"),
] as const;

/** The app's client at the sandbox. Authors of tools may use it too: `npm run sandbox` prints it. */
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
  // Stands for the client of the provider's own site, whose tokens other programs must not use (docs/twitch-auth.md §18).
  {
    client_id: "sandbox-website",
    name: "The sandbox's own site",
    type: "public",
    redirect_uris: ["http://localhost:3000"],
  },
];
