/** The window's calls about sign-ins that are under way. */
import type { Result } from "../../contract/failure.ts";
import type { Handlers } from "../../contract/ipc.ts";
import type { Secret } from "../../core/secret.ts";
import type { TokenClipboard } from "../desktop/clipboard.ts";
import type { Authorizations } from "./authorizations.ts";

export const authorizationCalls = ({
  authorizations,
  tokenClipboard,
  copies,
}: {
  readonly authorizations: Authorizations;
  readonly tokenClipboard: TokenClipboard;
  /** Copies to the clipboard, unless hand-outs are stopped. */
  readonly copies: {
    readonly copyIdToken: (token: Result<Secret>) => Promise<Result<{ readonly clearsInMs: number }>>;
  };
}) =>
  ({
    "authorization.start": (question) => authorizations.start(question),
    "authorization.show": (id) => authorizations.show(id),
    "authorization.showElsewhere": (id) => authorizations.showElsewhere(id),
    "authorization.copyLink"(id) {
      const link = authorizations.link(id);
      return link.ok ? tokenClipboard.copyPlain(link.value) : Promise.resolve(link);
    },
    "authorization.toBrowser": (id) => authorizations.toBrowser(id),
    "authorization.cancel": (id) => authorizations.cancel(id),
    "authorization.keep": ({ id, beside }) => authorizations.keep(id, beside),
    "authorization.copyIdToken": (id) => copies.copyIdToken(authorizations.idToken(id)),
    "authorization.discard": (id) => authorizations.discard(id),
  }) satisfies Partial<Handlers>;
