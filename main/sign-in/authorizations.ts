/**
 * Sign-ins on their way: from the question at the provider to "You signed in as …", and only then into the vault.
 * Several at once are fine; each lives ten minutes, and nothing is saved before the person says so.
 */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { AuthorizationView, ScopeView } from "../../contract/view.ts";
import type { ClientRecord, SignInRecord } from "../../core/accounts/records.ts";
import { authorizationUrl, oneTimeValues } from "../../core/oauth/authorization-request.ts";
import { ATTEMPT_LIFE_MS, createDoor, toCallback, type Attempt } from "../../core/oauth/door.ts";
import { readRevocation, revokeRequest } from "../../core/oauth/revoke.ts";
import { codeRequest, readTokenOutcome, type TokenVerdict } from "../../core/oauth/token-request.ts";
import type { TokenSet } from "../../core/oauth/token-response.ts";
import { readValidation, validateRequest, type Validation } from "../../core/oauth/validate.ts";
import { originsOf, type Provider } from "../../core/providers/provider.ts";
import { describeScope } from "../../core/scopes/catalogue.ts";
import type { Secret } from "../../core/secret.ts";
import type { Host, UserAgentSession } from "../host.ts";
import { credentialsOf, type KeeperParts } from "../keeper/parts.ts";
import type { Keeper } from "../keeper/keeper.ts";

/** Who signed in, and with what; held in memory until it is kept or discarded. */
interface Arrived {
  readonly tokens: TokenSet;
  readonly validation: Validation & { readonly user_id: string; readonly login: string };
  readonly receivedAtMs: number;
}
interface Course {
  readonly attempt: Attempt;
  readonly provider: Provider;
  readonly clientRecord: ClientRecord;
  agent?: UserAgentSession;
  cancelTimer: () => void;
  arrived?: Arrived;
  step: "waiting" | "exchanging" | "confirm" | "failed";
  failure?: Failure;
}

export interface Authorizations {
  start(client: string, scopes: readonly string[]): Promise<Result<{ readonly id: string }>>;
  show(id: string): Result<null>;
  cancel(id: string): Promise<Result<null>>;
  keep(id: string): Promise<Result<{ readonly signIn: string }>>;
  discard(id: string): Promise<Result<null>>;
  views(): readonly AuthorizationView[];
  /** Ends all: their windows close, and tokens that were not kept are revoked. */
  endAll(): Promise<void>;
}

export function createAuthorizations(
  parts: KeeperParts & Pick<Host, "openUserAgent">,
  keeper: Keeper,
  changed: () => void,
): Authorizations {
  const { vault, providers, http, clock, random, log, openUserAgent } = parts;
  const door = createDoor();
  const courses = new Map<string, Course>();

  const fail = (course: Course, failure: Failure): void => {
    door.forget(course.attempt.id);
    course.cancelTimer();
    course.agent?.close();
    if (course.step === "failed" || !courses.has(course.attempt.id)) return;
    course.step = "failed";
    course.failure = failure;
    log.warn("authorization.failed", { authorization: course.attempt.id, code: failure.code });
    changed();
  };
  const drop = (course: Course): void => {
    door.forget(course.attempt.id);
    course.cancelTimer();
    course.agent?.close();
    courses.delete(course.attempt.id);
    changed();
  };

  const revoke = async (course: Course, token: Secret): Promise<void> => {
    const outcome = await http.send(revokeRequest(course.provider, course.attempt.client_id, token));
    const { kind } = readRevocation(course.provider, outcome);
    if (kind !== "gone") log.warn("authorization.not_revoked", { authorization: course.attempt.id, kind });
  };

  /** Code → tokens → whose they are. Every flow ends with a validation. */
  async function exchange(course: Course, code: Secret): Promise<void> {
    const { attempt, provider, clientRecord } = course;
    course.step = "exchanging";
    changed();
    const answer = { code, redirect_uri: attempt.redirect_uri, code_verifier: attempt.codeVerifier };
    const outcome = await http.send(codeRequest(provider, credentialsOf(clientRecord), answer));
    const receivedAtMs = clock.nowMs();
    const verdict = readTokenOutcome(provider, outcome, attempt.scopes, receivedAtMs);
    if (verdict.kind !== "tokens") return fail(course, exchangeFailure(verdict, attempt, provider));
    const validation = await whoseToken(provider, verdict.tokens.accessToken);
    const late = !courses.has(attempt.id) || course.step !== "exchanging"; // cancelled or expired meanwhile
    if (!validation.ok || late || validation.value.client_id !== attempt.client_id) {
      void revoke(course, verdict.tokens.accessToken);
      if (!late) fail(course, validation.ok ? { code: "identity_mismatch" } : validation.failure);
      return;
    }
    course.arrived = { tokens: verdict.tokens, validation: validation.value, receivedAtMs };
    course.step = "confirm";
    log.info("authorization.arrived", { authorization: attempt.id });
    changed();
  }

  async function whoseToken(provider: Provider, token: Secret): Promise<Result<Arrived["validation"]>> {
    const verdict = readValidation(await http.send(validateRequest(provider, token)), clock.nowMs());
    const { name } = provider;
    switch (verdict.kind) {
      case "valid": {
        const { user_id, login } = verdict.validation;
        if (user_id !== undefined && login !== undefined)
          return ok({ ...verdict.validation, user_id, login });
        return failed({ code: "provider_misbehaved", provider: name, what: "member", detail: "user_id" });
      }
      case "rejected":
        return failed({ code: "access_token_rejected", provider: name });
      case "busy":
        return failed({ code: "provider_busy", provider: name, status: verdict.status });
      case "unreachable":
        return failed({ code: "provider_unreachable", provider: name });
      case "misbehaved":
        return failed({
          code: "provider_misbehaved",
          provider: name,
          what: verdict.what,
          detail: verdict.detail,
        });
    }
  }

  function onRedirect(course: Course, url: string): void {
    const { attempt, provider } = course;
    const callback = toCallback(provider.id, attempt.redirect_uri, url);
    const answer =
      callback === undefined
        ? failed({ code: "state_rejected" })
        : door.answer(callback, attempt.carrier, clock.nowMs());
    if (!answer.ok) {
      log.warn("door.refused", { authorization: attempt.id, code: answer.failure.code });
      // Its own window brought an answer that is not for it. An answer that came twice finds the attempt past waiting.
      if (course.step === "waiting") fail(course, { code: "state_rejected" });
      return;
    }
    if (answer.value.kind === "ended") return fail(course, answer.value.failure);
    course.agent?.close();
    void exchange(course, answer.value.code).catch((cause: unknown) => {
      log.error("authorization.bug", { cause });
      fail(course, { code: "internal" });
    });
  }

  /** The sign-in this one takes the place of: same person, same client. */
  const replaced = ({ attempt, arrived }: Course): SignInRecord | undefined =>
    vault
      .list("sign_in")
      .find(
        (record) =>
          record.provider === attempt.provider &&
          record.client === attempt.client &&
          record.user_id === arrived?.validation.user_id,
      );

  function toRecord(course: Course, arrived: Arrived): Omit<SignInRecord, "generation"> {
    const { attempt, provider, clientRecord } = course;
    const { tokens, validation, receivedAtMs } = arrived;
    const before = replaced(course);
    const confidential = clientRecord.client_secret !== undefined;
    const expiresAtMs = tokens.expiresAtMs ?? validation.expiresAtMs;
    return {
      kind: "sign_in",
      id: before?.id ?? random.uuid(),
      provider: provider.id,
      pinned: originsOf(provider),
      flow: "authorization_code",
      refreshReuse: confidential ? provider.confidentialRefreshReuse : "one_time",
      client: attempt.client,
      client_id: attempt.client_id,
      user_id: validation.user_id,
      login: validation.login,
      displayName: validation.login,
      ...(before?.alias !== undefined && { alias: before.alias }),
      access_token: tokens.accessToken,
      ...(tokens.refreshToken !== undefined && { refresh_token: tokens.refreshToken }),
      scopes: [...validation.scopes],
      issuedAtMs: receivedAtMs,
      ...(expiresAtMs !== undefined && { expiresAtMs }),
      createdAtMs: before?.createdAtMs ?? clock.nowMs(),
      state: { name: "signed_in" },
    };
  }

  return {
    async start(client, scopes) {
      const clientRecord = vault.get("client", client);
      if (clientRecord === undefined) return failed({ code: "client_missing" });
      const provider = providers.get(clientRecord.provider);
      if (provider === undefined)
        return failed({ code: "provider_unknown", provider: clientRecord.provider });
      const id = random.uuid();
      const [redirect_uri] = provider.redirectUris;
      const { client_id } = clientRecord;
      const attempt: Attempt = {
        ...oneTimeValues(),
        id,
        provider: provider.id,
        client,
        client_id,
        redirect_uri,
        scopes,
        carrier: { kind: "window", id },
        startedAtMs: clock.nowMs(),
      };
      const course: Course = {
        attempt,
        provider,
        clientRecord,
        cancelTimer: () => undefined,
        step: "waiting",
      };
      courses.set(id, course);
      door.expect(attempt);
      course.cancelTimer = clock.after(ATTEMPT_LIFE_MS, () => {
        if (course.arrived !== undefined) void revoke(course, course.arrived.tokens.accessToken);
        fail(course, { code: "authorization_expired" });
      });
      course.agent = openUserAgent({
        id,
        url: await authorizationUrl(provider, attempt),
        redirect_uri,
        providerName: provider.name,
        test: provider.test,
        onRedirect: (url) => onRedirect(course, url),
        onClosed: () => {
          if (course.step === "waiting") fail(course, { code: "authorization_cancelled" });
        },
        onFailed: () => {
          if (course.step === "waiting")
            fail(course, { code: "authorization_page_failed", provider: provider.name });
        },
      });
      changed();
      return ok({ id });
    },

    show(id) {
      const course = courses.get(id);
      if (course?.step !== "waiting") return failed({ code: "authorization_unknown" });
      course.agent?.show();
      return ok(null);
    },

    cancel(id) {
      const course = courses.get(id);
      if (course === undefined) return Promise.resolve(failed({ code: "authorization_unknown" }));
      if (course.arrived !== undefined) void revoke(course, course.arrived.tokens.accessToken);
      drop(course);
      return Promise.resolve(ok(null));
    },

    async keep(id) {
      const course = courses.get(id);
      if (course?.step !== "confirm" || course.arrived === undefined)
        return failed({ code: "authorization_unknown" });
      course.step = "exchanging"; // a second click must not save it twice
      const adopted = await keeper.adopt(toRecord(course, course.arrived));
      if (!adopted.ok) {
        course.step = "confirm"; // still there to be kept: nothing was lost
        return adopted;
      }
      drop(course);
      return ok({ signIn: adopted.value.id });
    },

    async discard(id) {
      const course = courses.get(id);
      if (course?.arrived === undefined) return failed({ code: "authorization_unknown" });
      const token = course.arrived.tokens.accessToken;
      drop(course);
      await revoke(course, token);
      return ok(null);
    },

    views: () => [...courses.values()].map((course) => view(course, replaced(course) !== undefined)),

    async endAll() {
      const open = [...courses.values()];
      for (const course of open) drop(course);
      await Promise.all(
        open.flatMap((course) =>
          course.arrived === undefined ? [] : [revoke(course, course.arrived.tokens.accessToken)],
        ),
      );
    },
  };
}

/** Why the exchange of a code came to nothing. Nothing was saved in any of these cases. */
function exchangeFailure(
  verdict: Exclude<TokenVerdict, { kind: "tokens" }>,
  { redirect_uri }: Attempt,
  { name }: Provider,
): Failure {
  switch (verdict.kind) {
    case "not_sent":
      return { code: "provider_unreachable", provider: name };
    case "busy":
      return { code: "provider_busy", provider: name, status: verdict.status };
    case "uncertain": {
      const { failure: what, detail } = verdict;
      return what === "lost"
        ? { code: "provider_unreachable", provider: name }
        : { code: "provider_misbehaved", provider: name, what, detail };
    }
    case "refused":
      switch (verdict.why) {
        case "grant":
          return { code: "code_rejected" };
        case "client_id":
          return { code: "client_id_rejected" };
        case "client_secret":
          return { code: "client_secret_rejected" };
        case "client_secret_missing":
          return { code: "client_secret_missing" };
        case "redirect_uri":
          return { code: "redirect_uri_rejected", redirect_uri };
      }
  }
}

function view(course: Course, replaces: boolean): AuthorizationView {
  const { attempt, provider, clientRecord, arrived, failure, step } = course;
  const common = {
    id: attempt.id,
    provider: provider.id,
    providerName: provider.name,
    client: attempt.client,
    clientName: clientRecord.name,
    asked: attempt.scopes,
    startedAtMs: attempt.startedAtMs,
  };
  if (step === "failed") return { ...common, step, failure: failure ?? { code: "internal" } };
  if (step !== "confirm" || arrived === undefined)
    return { ...common, step: step === "waiting" ? "waiting" : "exchanging" };
  const { tokens, validation } = arrived;
  const expiresAtMs = tokens.expiresAtMs ?? validation.expiresAtMs;
  const scopes: readonly ScopeView[] = validation.scopes.map(describeScope);
  return {
    ...common,
    step,
    user_id: validation.user_id,
    login: validation.login,
    displayName: validation.login,
    scopes,
    missing: attempt.scopes.filter((scope) => !validation.scopes.includes(scope)),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    renews: tokens.refreshToken !== undefined,
    replaces,
  };
}
