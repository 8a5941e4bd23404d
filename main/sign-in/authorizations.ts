/**
 * Sign-ins on their way: from the question at the provider to "You signed in as …", and only then into the vault.
 * Several at once are fine; each lives ten minutes, and nothing is saved before the person says so.
 */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { AuthorizationView, ScopeView } from "../../contract/view.ts";
import type { ClientRecord, SignInRecord } from "../../core/accounts/records.ts";
import { authorizationUrl, oneTimeValues } from "../../core/oauth/authorization-request.ts";
import { deviceRequest, readDeviceAuthorization, type DeviceAuthorization } from "../../core/oauth/device.ts";
import { ATTEMPT_LIFE_MS, createDoor, toCallback, type Attempt } from "../../core/oauth/door.ts";
import { readRevocation, revokeRequest } from "../../core/oauth/revoke.ts";
import { codeRequest, readTokenOutcome } from "../../core/oauth/token-request.ts";
import type { TokenSet } from "../../core/oauth/token-response.ts";
import { readValidation, validateRequest, type Validation } from "../../core/oauth/validate.ts";
import { originsOf, type Provider } from "../../core/providers/provider.ts";
import { describeScope } from "../../core/scopes/catalogue.ts";
import type { Secret } from "../../core/secret.ts";
import type { Host, UserAgentSession } from "../host.ts";
import { credentialsOf, type KeeperParts } from "../keeper/parts.ts";
import type { Keeper } from "../keeper/keeper.ts";
import { pollDevice, type Device } from "./device.ts";
import { tokenFailure, validationFailure } from "../../core/oauth/failures.ts";

/** Who signed in, and with what; held in memory until it is kept or discarded. */
interface Arrived {
  readonly tokens: TokenSet;
  readonly validation: Validation & { readonly user_id: string; readonly login: string };
  /** What the provider says it may do; where that is not told, what the token came with. */
  readonly scopes: readonly string[];
  readonly receivedAtMs: number;
}
interface Course {
  readonly attempt: Attempt;
  readonly provider: Provider;
  readonly clientRecord: ClientRecord;
  /** The sign-in that the person wants to renew. */
  readonly chosen: string | undefined;
  agent?: UserAgentSession;
  /** Of the device grant. */
  device?: DeviceAuthorization;
  cancelTimer: () => void;
  arrived?: Arrived;
  step: "waiting" | "exchanging" | "confirm" | "failed";
  failure?: Failure;
}

export interface Authorizations {
  /** `signIn`: the one that is to be renewed. */
  start(
    client: string,
    scopes: readonly string[],
    signIn?: string,
    way?: "code" | "device",
  ): Promise<Result<{ readonly id: string }>>;
  /** Fails with `browser_failing` when the page of a device's code does not open. */
  show(id: string): Promise<Result<null>>;
  /** Of a device's page; it holds the code that is shown, and no secret. */
  link(id: string): Result<string>;
  cancel(id: string): Promise<Result<null>>;
  /** In place of the sign-in it renews, or `beside` it: a narrow one for a tool, say. */
  keep(id: string, beside: boolean): Promise<Result<{ readonly signIn: string }>>;
  discard(id: string): Promise<Result<null>>;
  views(): readonly AuthorizationView[];
  /** Ends all: their windows close, and tokens that were not kept are revoked. */
  endAll(): Promise<void>;
}

export function createAuthorizations(
  parts: KeeperParts & Pick<Host, "openUserAgent" | "openInBrowser">,
  keeper: Keeper,
  changed: () => void,
): Authorizations {
  const { vault, providers, http, clock, random, log, openUserAgent, openInBrowser } = parts;
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
    if (verdict.kind !== "tokens") return fail(course, tokenFailure(verdict, provider, attempt.redirect_uri));
    await arrive(course, verdict.tokens, receivedAtMs);
  }

  async function arrive(course: Course, tokens: TokenSet, receivedAtMs: number): Promise<void> {
    const { attempt, provider } = course;
    const validation = await whoseToken(provider, tokens.accessToken);
    const late = !courses.has(attempt.id) || course.step !== "exchanging"; // cancelled or expired meanwhile
    if (!validation.ok || late || (validation.value.client_id ?? attempt.client_id) !== attempt.client_id) {
      void revoke(course, tokens.accessToken);
      if (!late) fail(course, validation.ok ? { code: "identity_mismatch" } : validation.failure);
      return;
    }
    const scopes = validation.value.scopes ?? tokens.scopes;
    course.arrived = { tokens, validation: validation.value, scopes, receivedAtMs };
    course.step = "confirm";
    log.info("authorization.arrived", { authorization: attempt.id });
    changed();
  }

  /** Asks whether the person has answered, as long as anybody waits for it. */
  async function awaitDevice(course: Course, device: Device, asked: DeviceAuthorization): Promise<void> {
    const { attempt, provider } = course;
    const waits = () => courses.has(attempt.id) && course.step === "waiting";
    const { client_id, scopes } = attempt;
    const answer = await pollDevice({ provider, device, client_id, scopes, asked }, { http, clock }, waits);
    if (answer === undefined) return;
    if (!answer.ok) return fail(course, answer.failure);
    const { tokens, receivedAtMs } = answer.value;
    if (!waits()) return revoke(course, tokens.accessToken); // it came too late for anybody
    course.step = "exchanging";
    course.agent?.close();
    changed();
    await arrive(course, tokens, receivedAtMs);
  }

  /** The page where the code is confirmed: in a window where the provider's pages work in one, else in the browser. */
  async function showDevicePage(course: Course): Promise<Result<null>> {
    const { attempt, provider, device } = course;
    if (device === undefined) return failed({ code: "authorization_unknown" });
    if (!provider.userAgents.includes("embedded"))
      return (await openInBrowser(device.verificationUri)) ? ok(null) : failed({ code: "browser_failing" });
    course.agent ??= openUserAgent({
      id: attempt.id,
      url: device.verificationUri,
      redirect_uri: attempt.redirect_uri,
      providerName: provider.name,
      test: provider.test,
      // No answer comes this way, and closing the page is no answer either: it may be open elsewhere.
      onRedirect: () => undefined,
      onClosed: () => delete course.agent,
      onFailed: () => delete course.agent,
    });
    course.agent.show();
    return ok(null);
  }

  async function whoseToken(provider: Provider, token: Secret): Promise<Result<Arrived["validation"]>> {
    const verdict = readValidation(
      provider,
      await http.send(validateRequest(provider, token)),
      clock.nowMs(),
    );
    if (verdict.kind !== "valid") return failed(validationFailure(verdict, provider));
    const { user_id, login } = verdict.validation;
    if (user_id !== undefined && login !== undefined) return ok({ ...verdict.validation, user_id, login });
    return failed({
      code: "provider_misbehaved",
      provider: provider.name,
      what: "member",
      detail: "user_id",
    });
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

  const samePerson = (record: SignInRecord, { attempt, arrived }: Course): boolean =>
    record.provider === attempt.provider && record.user_id === arrived?.validation.user_id;
  /** The sign-in this one takes the place of: the chosen one, or one of the same person and client. */
  function replaced(course: Course): SignInRecord | undefined {
    const chosen = course.chosen === undefined ? undefined : vault.get("sign_in", course.chosen);
    if (chosen !== undefined && samePerson(chosen, course)) return chosen;
    return vault
      .list("sign_in")
      .find((record) => record.client === course.attempt.client && samePerson(record, course));
  }
  /** Whom the person meant to sign in, when it became somebody else. */
  function insteadOf(course: Course): string | undefined {
    const chosen = course.chosen === undefined ? undefined : vault.get("sign_in", course.chosen);
    return chosen === undefined || samePerson(chosen, course) ? undefined : chosen.login;
  }

  function toRecord(
    course: Course,
    arrived: Arrived,
    before: SignInRecord | undefined,
  ): Omit<SignInRecord, "generation"> {
    const { attempt, provider, clientRecord } = course;
    const { tokens, validation, receivedAtMs } = arrived;
    const confidential = clientRecord.client_secret !== undefined;
    const expiresAtMs = tokens.expiresAtMs ?? validation.expiresAtMs;
    return {
      kind: "sign_in",
      id: before?.id ?? random.uuid(),
      provider: provider.id,
      pinned: originsOf(provider),
      flow: course.device === undefined ? "authorization_code" : "device_code",
      // What a second use does to a token of the device grant was seen with public clients alone.
      refreshReuse:
        confidential && course.device === undefined ? provider.confidentialRefreshReuse : "one_time",
      client: attempt.client,
      client_id: attempt.client_id,
      user_id: validation.user_id,
      login: validation.login,
      displayName: validation.login,
      ...(before?.alias !== undefined && { alias: before.alias }),
      access_token: tokens.accessToken,
      ...(tokens.refreshToken !== undefined && { refresh_token: tokens.refreshToken }),
      scopes: [...arrived.scopes],
      issuedAtMs: receivedAtMs,
      ...(expiresAtMs !== undefined && { expiresAtMs }),
      createdAtMs: before?.createdAtMs ?? clock.nowMs(),
      state: { name: "signed_in" },
    };
  }

  return {
    async start(client, scopes, signIn, way) {
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
      const before = signIn === undefined ? undefined : vault.get("sign_in", signIn);
      const onlyDevice = clientRecord.client_secret === undefined && !provider.publicCode;
      const { device } = provider;
      const byDevice =
        way === "device" || (way === undefined && (before?.flow === "device_code" || onlyDevice));
      if (byDevice && device === undefined)
        return failed({ code: "authorization_not_offered", provider: provider.name });
      let asked: DeviceAuthorization | undefined;
      if (byDevice && device !== undefined) {
        const outcome = await http.send(deviceRequest(device, client_id, scopes));
        const answer = readDeviceAuthorization(provider, device, outcome, clock.nowMs());
        if (!answer.ok) return answer;
        asked = answer.value;
      }
      const course: Course = {
        attempt,
        provider,
        clientRecord,
        chosen: signIn,
        cancelTimer: () => undefined,
        step: "waiting",
        ...(asked !== undefined && { device: asked }),
      };
      courses.set(id, course);
      // A device's code has an end of its own; whoever signed in by it has as long as anybody to say so.
      const lifeMs = asked === undefined ? 0 : asked.expiresAtMs - clock.nowMs();
      course.cancelTimer = clock.after(ATTEMPT_LIFE_MS + lifeMs, () => {
        if (course.arrived !== undefined) void revoke(course, course.arrived.tokens.accessToken);
        fail(course, { code: "authorization_expired" });
      });
      if (device !== undefined && asked !== undefined) {
        void awaitDevice(course, device, asked).catch((cause: unknown) => {
          log.error("authorization.bug", { cause });
          fail(course, { code: "internal" });
        });
        changed();
        return ok({ id });
      }
      door.expect(attempt);
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
      if (course?.step !== "waiting") return Promise.resolve(failed({ code: "authorization_unknown" }));
      if (course.device !== undefined) return showDevicePage(course);
      course.agent?.show();
      return Promise.resolve(ok(null));
    },

    link(id) {
      const device = courses.get(id)?.device;
      return device === undefined ? failed({ code: "authorization_unknown" }) : ok(device.verificationUri);
    },

    cancel(id) {
      const course = courses.get(id);
      if (course === undefined) return Promise.resolve(failed({ code: "authorization_unknown" }));
      if (course.arrived !== undefined) void revoke(course, course.arrived.tokens.accessToken);
      drop(course);
      return Promise.resolve(ok(null));
    },

    async keep(id, beside) {
      const course = courses.get(id);
      if (course?.step !== "confirm" || course.arrived === undefined)
        return failed({ code: "authorization_unknown" });
      const { arrived } = course;
      const record = toRecord(course, arrived, beside ? undefined : replaced(course));
      course.step = "exchanging"; // a second click must not save it twice
      delete course.arrived; // whatever ends the attempt meanwhile does not revoke what is being saved
      const adopted = await keeper.adopt(record, "signed_in");
      if (!adopted.ok && courses.has(id)) {
        course.arrived = arrived; // still there to be kept: nothing was lost
        course.step = "confirm";
        return adopted;
      }
      drop(course);
      if (!adopted.ok) {
        await revoke(course, arrived.tokens.accessToken);
        return adopted;
      }
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

    views: () => [...courses.values()].map((course) => view(course, replaced(course), insteadOf(course))),

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

function view(
  course: Course,
  replaces: SignInRecord | undefined,
  insteadOf: string | undefined,
): AuthorizationView {
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
  if (step === "waiting") {
    const { device } = course;
    if (device === undefined) return { ...common, step };
    const { userCode: user_code, verificationUri: verification_uri, expiresAtMs } = device;
    return { ...common, step, device: { user_code, verification_uri, expiresAtMs } };
  }
  if (step !== "confirm" || arrived === undefined) return { ...common, step: "exchanging" };
  const { tokens, validation } = arrived;
  const expiresAtMs = tokens.expiresAtMs ?? validation.expiresAtMs;
  const scopes: readonly ScopeView[] = arrived.scopes.map(describeScope);
  return {
    ...common,
    step,
    user_id: validation.user_id,
    login: validation.login,
    displayName: validation.login,
    scopes,
    missing: attempt.scopes.filter((scope) => !arrived.scopes.includes(scope)),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    renews: tokens.refreshToken !== undefined,
    ...(replaces !== undefined && {
      replaces: {
        scopes: replaces.scopes,
        ...(replaces.alias !== undefined && { alias: replaces.alias }),
      },
    }),
    ...(insteadOf !== undefined && { insteadOf }),
  };
}
