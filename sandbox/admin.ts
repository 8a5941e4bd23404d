/**
 * Lets tests move the clock and cause faults: a middleware with an API under `/admin/`. The app never loads this module, so
 * releases do not contain it.
 */
import type { ServerResponse } from "node:http";
import { empty, json, type Answer, type Request } from "./answer.ts";
import type { Middleware } from "./server.ts";
import { digestOf } from "./state.ts";
import { userOf, type World } from "./world.ts";

/** A fault in place of an answer. With `after`, the request takes its full effect first. */
export interface Fault {
  readonly path: string;
  readonly kind:
    | "429_empty"
    | "429_retry_after"
    | "400_refresh"
    | "500_json"
    | "503_json"
    | "502_html"
    | "200_html"
    | "redirect"
    | "huge"
    | "half"
    | "drop"
    | "silence"
    | "slow"
    /** Delays the answer until the faults are cleared. */
    | "hold"
    | "other_client"
    | "other_user";
  readonly after: boolean;
  times: number;
}
/** The default delay of `slow`. */
const SLOW_MS = 700;
const RETRY_AFTER_SEC = 600;

/** A request that was received; `status` 0: a fault took the place of its answer. */
export interface ReceivedRequest {
  readonly path: string;
  readonly grant_type: string | null;
  readonly status: number;
}

export interface Admin {
  readonly middleware: Middleware;
  readonly nowMs: () => number;
  /** How many times a spent one-time refresh token was sent again. */
  readonly reuses: () => number;
}

const parse = ({ body }: Answer): object => JSON.parse(body) as object;

/** Answers with a fault; undefined when the connection was written to, or cut, by the fault itself. */
function misbehave(
  kind: Fault["kind"],
  given: Answer,
  outgoing: ServerResponse,
  slowMs: number,
): Answer | undefined {
  const html = (status: number): Answer => ({
    status,
    headers: { "content-type": "text/html" },
    body: "<html><body>Bad gateway</body></html>",
  });
  switch (kind) {
    case "429_empty":
      return empty(429); // docs/twitch-auth.md §11
    case "429_retry_after":
      return { ...empty(429), headers: { "retry-after": String(RETRY_AFTER_SEC) } }; // RFC 9110 §10.2.3
    case "400_refresh":
      return json(400, { status: 400, message: "Invalid refresh token" }); // the access token stays valid (docs/twitch-auth.md §21.10)
    case "500_json":
      return json(500, { status: 500, message: "Missing column authorization_id from item map[]" }); // docs/twitch-auth.md §10
    case "503_json":
      return json(503, { status: 503, message: "Service Unavailable" });
    case "502_html":
      return html(502);
    case "200_html":
      return html(200);
    case "redirect":
      return { status: 302, headers: { location: "/helix/users" }, body: "" };
    case "huge":
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: " ".repeat(10 * 1024 * 1024),
      };
    case "half":
      outgoing.writeHead(200, {
        "content-type": "application/json",
        "content-length": given.body.length + 10,
      });
      outgoing.write(given.body.slice(0, 10), () => outgoing.destroy());
      return undefined;
    case "drop":
      outgoing.destroy();
      return undefined;
    case "silence":
      return undefined;
    case "slow":
      setTimeout(() => outgoing.writeHead(given.status, given.headers).end(given.body), slowMs);
      return undefined;
    case "hold":
      return given;
    case "other_client":
      return { ...given, body: JSON.stringify({ ...parse(given), client_id: "somebody-else" }) };
    case "other_user":
      return { ...given, body: JSON.stringify({ ...parse(given), user_id: "1", login: "somebody_else" }) };
  }
}

export function createAdmin({ slowMs = SLOW_MS }: { readonly slowMs?: number } = {}): Admin {
  let offsetMs = 0;
  let faults: Fault[] = [];
  let held: (() => void)[] = [];
  const received: ReceivedRequest[] = [];
  let reuses = 0;
  const nowMs = (): number => Date.now() + offsetMs;

  function runAdminCall(world: World, { method, path, form }: Request): Answer {
    switch (`${method} ${path}`) {
      case "POST /admin/clock":
        offsetMs += Number(form.get("advance_sec")) * 1000;
        return empty(204);
      case "POST /admin/faults":
        faults.push(JSON.parse(form.get("fault") ?? "") as Fault);
        return empty(204);
      case "POST /admin/faults/clear":
        faults = [];
        for (const answer of held) answer();
        held = [];
        return empty(204);
      case "POST /admin/disconnect": // as a user does on the provider's page of connections
        for (const { client_id } of world.clients)
          world.state.disconnect(client_id, form.get("user_id") ?? "");
        return empty(204);
      case "POST /admin/end-access": // access tokens may end early (docs/twitch-auth.md §13)
        world.state.access = world.state.access.filter(({ user_id }) => user_id !== form.get("user_id"));
        return empty(204);
      case "GET /admin/requests":
        return json(200, received);
      case "GET /admin/tokens":
        return json(200, world.state.access.map(({ user_id }) => userOf(world, user_id)?.login)); // prettier-ignore
      default:
        return empty(404);
    }
  }

  const middleware: Middleware = async (world, request, answer, { outgoing }) => {
    if (request.path.startsWith("/admin/")) return runAdminCall(world, request);
    const sent = request.form.get("refresh_token");
    if (sent !== null && world.state.refresh.some(({ digest, spent }) => spent && digest === digestOf(sent)))
      reuses += 1;
    const fault = faults.find(({ path, times }) => path === request.path && times > 0);
    const note = (status: number): void =>
      void received.push({ path: request.path, grant_type: request.form.get("grant_type"), status });
    if (fault === undefined) {
      const given = await answer();
      note(given.status);
      return given;
    }
    fault.times -= 1;
    const given = fault.after ? await answer() : undefined;
    note(0);
    if (fault.kind === "hold") await new Promise<void>((resolve) => held.push(resolve));
    return misbehave(fault.kind, given ?? json(200, {}), outgoing, slowMs);
  };
  return { middleware, nowMs, reuses: () => reuses };
}
