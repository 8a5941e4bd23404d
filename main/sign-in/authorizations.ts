/**
 * Sign-ins on their way: from the question at the provider to "You signed in as …", and only then into the vault.
 * Several at once are fine; each lives ten minutes, and nothing is saved before the person says so.
 */
import { failed, ok, type Failure, type Result } from "../../contract/failure.ts";
import type { Flow, KeptFlow, RedirectFlow, Way } from "../../contract/flow.ts";
import type { AuthorizationView } from "../../contract/views/authorization.ts";
import { askedScopes, authorizationUrl, oneTimeValues } from "../../core/oauth/authorization-request.ts";
import {
  ATTEMPT_LIFE_MS,
  createDoor,
  toCallback,
  type Attempt,
  type DoorAnswer,
} from "../../core/oauth/door.ts";
import { flowsFor, isRedirected } from "../../core/oauth/flows.ts";
import type { Secret } from "../../core/secret.ts";
import type { KeeperPorts } from "../keeper/ports.ts";
import type { Vault } from "../vault/types.ts";
import type { Keeper } from "../keeper/keeper.ts";
import type { Course } from "./pending-authorization.ts";
import { askForCode, pollDevice, showDevicePage } from "./device.ts";
import { createExchange, type Redeemed } from "./exchange.ts";
import { insteadOf, replacedBy, toRecord } from "./record.ts";
import { windowWay, type WindowParts } from "./embedded-window.ts";
import { browserWay, DEEP_LINK, type BrowserParts } from "./system-browser.ts";
import { authorizationView } from "./view.ts";
import { waysOf, type PrepareWay } from "./user-agent.ts";

/** What is asked for; `signIn`: the one that is to be renewed. */
export interface Question {
  readonly client: string;
  readonly scopes: readonly string[];
  readonly signIn?: string | undefined;
  readonly flow?: Flow | undefined;
  readonly way?: Way | undefined;
}

export interface Authorizations {
  /** Fails with `authorization_not_offered` where provider and client do not allow the flow, or the way is not there. */
  start(question: Question): Promise<Result<{ readonly id: string }>>;
  /** Fails with `browser_failing` when the page does not open, `page_elsewhere` when the person has to allow it. */
  show(id: string): Promise<Result<null>>;
  /** Opens a page that is not at the provider's own addresses: the person has seen where it is. */
  showElsewhere(id: string): Promise<Result<null>>;
  /** Leaves the sign-in window for the person's browser: the same question with new values, and the old ones end. */
  toBrowser(id: string): Promise<Result<null>>;
  /** A link of our own scheme came, from whomever. */
  takeLink(link: string): void;
  /** Of a page that may be opened elsewhere, in another browser say; it holds no secret. */
  link(id: string): Result<string>;
  cancel(id: string): Promise<Result<null>>;
  /** In place of the sign-in it renews, or `beside` it: a narrow one for a tool, say. */
  keep(id: string, beside: boolean): Promise<Result<{ readonly signIn: string }>>;
  discard(id: string): Promise<Result<null>>;
  /** Of one that is not kept, while it is shown. */
  idToken(id: string): Result<Secret>;
  views(): readonly AuthorizationView[];
  /** Ends all: their windows close, and tokens that were not kept are revoked. */
  endAll(): Promise<void>;
}

const isKept = (flow: Flow): flow is Flow & KeptFlow => flow !== "oidc_implicit";

export function createAuthorizations(
  parts: Omit<KeeperPorts, "records" | "vaultIsOpen"> & { readonly vault: Vault } & WindowParts &
    BrowserParts,
  keeper: Keeper,
  changed: () => void,
): Authorizations {
  const { vault, providers, clock, random, log } = parts;
  const door = createDoor();
  const ways: Record<Way, PrepareWay> = { window: windowWay(parts), browser: browserWay(parts) };
  const exchange = createExchange(parts);
  const courses = new Map<string, Course>();
  /** How often all were ended: what was only being begun then is not in the list yet, and ends all the same. */
  let endings = 0;

  /** Nothing is heard of it any more. */
  const silence = (course: Course): void => {
    door.forget(course.id);
    course.cancelTimer();
    course.page?.close();
  };
  const fail = (course: Course, failure: Failure): void => {
    silence(course);
    if (course.step === "failed" || !courses.has(course.id)) return;
    course.step = "failed";
    course.failure = failure;
    delete course.arrived;
    log.warn("authorization.failed", { authorization: course.id, code: failure.code });
    changed();
  };
  const drop = (course: Course): void => {
    silence(course);
    courses.delete(course.id);
    changed();
  };
  /** Whether the page is in front of the person now: what could not be opened is said where they wait. */
  const noteOpened = (course: Course, opened: Result<null>): void => {
    if (course.step !== "waiting") return;
    if (opened.ok) delete course.trouble;
    else if (opened.failure.code === "browser_failing") course.trouble = opened.failure;
    changed();
  };
  async function show(id: string, allowed: boolean): Promise<Result<null>> {
    const course = courses.get(id);
    if (course?.step !== "waiting") return failed({ code: "authorization_unknown" });
    const shown =
      course.device !== undefined
        ? await showDevicePage(course, parts, allowed)
        : ((await course.page?.show()) ?? ok(null));
    noteOpened(course, shown);
    return shown;
  }
  /** Ends the token of one that was not kept. */
  const revokeArrived = async (course: Course): Promise<void> => {
    const token = course.arrived?.tokens?.accessToken;
    if (token !== undefined) await exchange.revoke(course, token);
  };
  /** Runs on after its call has answered; a fault of ours ends the sign-in and no more. */
  const inBackground = (course: Course, work: Promise<void>): void =>
    void work.catch((cause: unknown) => {
      log.error("authorization.bug", { cause });
      fail(course, { code: "internal" });
    });

  function proceed(course: Course): void {
    course.page?.close(); // once more at the end of all: a port answers the browser for a moment longer
    course.step = "exchanging";
    changed();
  }

  async function arrive(course: Course, redeemed: Redeemed): Promise<void> {
    const arrived = await exchange.identify(course, redeemed);
    const late = !courses.has(course.id) || course.step !== "exchanging"; // cancelled or expired meanwhile
    if (late || !arrived.ok) {
      if (redeemed.tokens !== undefined) void exchange.revoke(course, redeemed.tokens.accessToken);
      if (!late && !arrived.ok) fail(course, arrived.failure);
      return;
    }
    course.arrived = arrived.value;
    course.step = "confirm";
    log.info("authorization.arrived", { authorization: course.id });
    changed();
  }

  /** Asks whether the person has answered, as long as anybody waits for it. */
  async function awaitDevice(course: Course): Promise<void> {
    const waits = () => courses.has(course.id) && course.step === "waiting";
    const answer = await pollDevice(course, parts, waits, (unusable) =>
      exchange.endUnusable(course, unusable),
    );
    if (answer === undefined) return;
    if (!answer.ok) return fail(course, answer.failure);
    if (!waits()) return exchange.revoke(course, answer.value.tokens.accessToken); // it came too late for anybody
    proceed(course);
    await arrive(course, answer.value);
  }

  /** True: the answer was waited for, and what follows from it has begun. */
  function onRedirect(attempt: Attempt, url: string): boolean {
    const callback = toCallback(attempt.provider, attempt.redirect_uri, url);
    const answer =
      callback === undefined
        ? failed({ code: "state_rejected" })
        : door.answer(callback, attempt.carrier, clock.nowMs());
    const course = courses.get(answer.ok ? answer.value.attempt.id : attempt.id);
    if (course === undefined) return false;
    if (!answer.ok) {
      const { kind } = attempt.carrier;
      log.warn("door.refused", { authorization: course.id, code: answer.failure.code, by: kind });
      // Its own window brought an answer that is not for it. An answer that came twice finds the attempt past waiting.
      if (kind === "window" && course.step === "waiting" && course.attempt === attempt)
        fail(course, { code: "state_rejected" });
      return false;
    }
    if (answer.value.kind === "ended") {
      const { failure, token } = answer.value;
      if (token !== undefined) void exchange.revoke(course, token);
      fail(course, failure);
    } else inBackground(course, redeem(course, answer.value));
    return true;
  }

  async function redeem(course: Course, answer: Exclude<DoorAnswer, { kind: "ended" }>): Promise<void> {
    proceed(course);
    const redeemed = await exchange.redeem(course, answer);
    if (!redeemed.ok) return fail(course, redeemed.failure);
    await arrive(course, redeemed.value);
  }

  /** Nobody is asked: the client is itself the one that signs in. */
  async function mint(course: Course): Promise<void> {
    proceed(course);
    const minted = await exchange.mint(course);
    if (!minted.ok) return fail(course, minted.failure);
    await arrive(course, minted.value);
  }

  /** Sends the person to the provider. Another way later is another attempt: new values, and the old ones count no more. */
  async function ask(course: Course, flow: RedirectFlow, way: Way): Promise<Result<null>> {
    const { id, provider, client } = course;
    const prepared = await ways[way](id, provider, flow);
    if (!prepared.ok) return prepared;
    const { carrier, redirect_uri, abandon } = prepared.value;
    const attempt: Attempt = {
      ...oneTimeValues(),
      id,
      provider: provider.id,
      providerName: provider.name,
      issuer: provider.issuer,
      flow,
      client: client.id,
      client_id: client.client_id,
      redirect_uri,
      scopes: course.scopes,
      carrier,
      startedAtMs: clock.nowMs(),
    };
    const url = await authorizationUrl(provider, attempt).catch((cause: unknown) => {
      abandon(); // or its port would stay taken
      throw cause;
    });
    if (courses.get(id)?.step !== "waiting") {
      abandon();
      return failed({ code: "authorization_unknown" });
    }
    course.page?.close();
    delete course.trouble;
    course.attempt = attempt;
    course.way = way;
    door.expect(attempt);
    const unanswered = (failure: Failure) => (): void => {
      if (course.step === "waiting" && course.attempt === attempt) fail(course, failure);
    };
    course.page = prepared.value.carry(url, {
      onRedirect: (answer) => onRedirect(attempt, answer),
      ...(way === "window" &&
        waysOf(provider).includes("browser") && {
          onRefused: () => inBackground(course, moveToBrowser(course)),
        }),
      onClosed: unanswered({ code: "authorization_cancelled" }),
      onFailed: unanswered({ code: "authorization_page_failed", provider: provider.name }),
      onOpened(opened) {
        if (course.attempt === attempt) noteOpened(course, opened);
      },
    });
    return ok(null);
  }

  /** Told of by the strip, which has no place for an answer: what fails is in the window. */
  async function moveToBrowser(course: Course): Promise<void> {
    const asked = await toBrowser(course);
    if (!asked.ok && course.step === "waiting") fail(course, asked.failure);
  }
  async function toBrowser(course: Course | undefined): Promise<Result<null>> {
    if (course?.step !== "waiting" || !isRedirected(course.flow))
      return failed({ code: "authorization_unknown" });
    const asked = await ask(course, course.flow, "browser");
    changed();
    return asked;
  }

  /** The flow that was named, that of the sign-in to be renewed, or the first one there is. */
  function flowOf({ flow, signIn }: Question, offered: readonly Flow[]): Flow | undefined {
    const before = signIn === undefined ? undefined : vault.get("sign_in", signIn);
    if (flow !== undefined) return offered.includes(flow) ? flow : undefined;
    return offered.find((one) => one === before?.flow) ?? offered.find((one) => one !== "client_credentials");
  }

  return {
    async start(question) {
      const client = vault.get("client", question.client);
      if (client === undefined) return failed({ code: "client_missing" });
      const provider = providers.get(client.provider);
      if (provider === undefined) return failed({ code: "provider_unknown", provider: client.provider });
      const flow = flowOf(question, flowsFor(provider, client));
      if (flow === undefined) return failed({ code: "authorization_not_offered", provider: provider.name });
      const scopes = isRedirected(flow) ? askedScopes(flow, question.scopes) : question.scopes;
      const before = endings;
      const device =
        flow === "device_code" ? await askForCode(provider, client.client_id, scopes, parts) : undefined;
      if (endings !== before) return failed({ code: "vault_locked" }); // its code ends at the provider, unasked for
      if (device?.ok === false) return device;
      const course: Course = {
        id: random.uuid(),
        flow,
        provider,
        client,
        scopes,
        chosen: question.signIn,
        startedAtMs: clock.nowMs(),
        ...(device !== undefined && { device: device.value }),
        cancelTimer: () => undefined,
        step: "waiting",
      };
      courses.set(course.id, course);
      // A device's code has an end of its own; whoever signed in by it has as long as anybody to say so.
      const codeLifeMs = device === undefined ? 0 : device.value.expiresAtMs - clock.nowMs();
      course.cancelTimer = clock.after(ATTEMPT_LIFE_MS + codeLifeMs, () => {
        void revokeArrived(course);
        fail(course, { code: "authorization_expired" });
      });
      if (isRedirected(flow)) {
        const [best] = waysOf(provider);
        const way =
          question.way !== undefined && waysOf(provider).includes(question.way) ? question.way : best;
        const asked =
          way === undefined
            ? failed({ code: "authorization_not_offered", provider: provider.name })
            : await ask(course, flow, way);
        if (!asked.ok) {
          drop(course);
          return asked;
        }
      } else inBackground(course, flow === "device_code" ? awaitDevice(course) : mint(course));
      changed();
      return ok({ id: course.id });
    },

    show: (id) => show(id, false),
    showElsewhere: (id) => show(id, true),

    toBrowser: (id) => toBrowser(courses.get(id)),

    takeLink(link) {
      // Which of several attempts it answers is told by its state, at the door.
      const attempt = [...courses.values()]
        .flatMap(({ attempt: one }) => (one?.carrier === DEEP_LINK ? [one] : []))
        .find(({ provider, redirect_uri }) => toCallback(provider, redirect_uri, link) !== undefined);
      if (attempt !== undefined) onRedirect(attempt, link);
      else log.warn("door.refused", { code: "authorization_unknown", by: DEEP_LINK.kind });
    },

    link(id) {
      const course = courses.get(id);
      const link =
        course?.device?.verificationUri ?? (course?.step === "waiting" ? course.page?.link : undefined);
      return link === undefined ? failed({ code: "authorization_unknown" }) : ok(link);
    },

    cancel(id) {
      const course = courses.get(id);
      if (course === undefined) return Promise.resolve(failed({ code: "authorization_unknown" }));
      void revokeArrived(course);
      drop(course);
      return Promise.resolve(ok(null));
    },

    async keep(id, beside) {
      const course = courses.get(id);
      const arrived = course?.arrived;
      const tokens = arrived?.tokens;
      if (course?.step !== "confirm" || arrived === undefined || tokens === undefined || !isKept(course.flow))
        return failed({ code: "authorization_unknown" });
      const { flow } = course;
      const before = beside ? undefined : replacedBy(vault, course);
      const record = toRecord({ ...course, flow }, { ...arrived, tokens }, before, parts);
      course.step = "exchanging"; // a second click must not save it twice
      delete course.arrived; // whatever ends the attempt meanwhile does not revoke what is being saved
      const adopted = await keeper.store(record, "signed_in");
      if (!adopted.ok && courses.has(id)) {
        course.arrived = arrived; // still there to be kept: nothing was lost
        course.step = "confirm";
        return adopted;
      }
      drop(course);
      if (!adopted.ok) {
        await exchange.revoke(course, tokens.accessToken);
        return adopted;
      }
      return ok({ signIn: adopted.value.id });
    },

    async discard(id) {
      const course = courses.get(id);
      if (course?.arrived === undefined) return failed({ code: "authorization_unknown" });
      drop(course);
      await revokeArrived(course);
      return ok(null);
    },

    idToken(id) {
      const arrived = courses.get(id)?.arrived;
      return arrived?.idToken === undefined
        ? failed({ code: "authorization_unknown" })
        : ok(arrived.idToken.token);
    },

    views: () =>
      [...courses.values()].map((course) =>
        authorizationView(course, replacedBy(vault, course), insteadOf(vault, course)),
      ),

    async endAll() {
      endings += 1;
      const open = [...courses.values()];
      for (const course of open) drop(course);
      await Promise.all(open.map(revokeArrived));
    },
  };
}
