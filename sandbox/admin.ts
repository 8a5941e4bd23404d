/**
 * Time and faults in the hands of tests: a middleware with an API under `/admin/`. The app never loads this module, so
 * releases do not have it.
 */
import type { ServerResponse } from "node:http";
import { empty, json, type Answer, type Request } from "./answer.ts";
import type { Middleware } from "./server.ts";
import { digestOf } from "./state.ts";
import { userOf, type World } from "./world.ts";

/** What happens instead of the answer. With `after`, the request has its full effect first. */
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
    /** Its answer waits until faults are cleared. */
    | "hold"
    | "other_client"
    | "other_user";
  readonly after: boolean;
  times: number;
}
/** How long `slow` takes, unless told otherwise. */
const SLOW_MS = 700;
const RETRY_AFTER_SEC = 600;

export interface Seen {
  readonly path: string;
  readonly grant_type: string | null;
  readonly status: number;
}

export interface Admin {
  readonly middleware: Middleware;
  readonly nowMs: () => number;
  /** Spent one-time refresh tokens that were sent again. */
  readonly reuses: () => number;
}

export function createAdmin({ slowMs = SLOW_MS }: { readonly slowMs?: number } = {}): Admin {
  let offsetMs = 0;
  let faults: Fault[] = [];
  let held: (() => void)[] = [];
  const seen: Seen[] = [];
  let reuses = 0;
  const nowMs = (): number => Date.now() + offsetMs;

  function control(world: World, { method, path, form }: Request): Answer {
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
      case "POST /admin/disconnect": // as a person does in the connections page
        for (const { client_id } of world.clients)
          world.state.disconnect(client_id, form.get("user_id") ?? "");
        return empty(204);
      case "POST /admin/end-access": // access tokens die early (TA §13)
        world.state.access = world.state.access.filter(({ user_id }) => user_id !== form.get("user_id"));
        return empty(204);
      case "GET /admin/requests":
        return json(200, seen);
      case "GET /admin/tokens":
        return json(200, world.state.access.map(({ user_id }) => userOf(world, user_id)?.login)); // prettier-ignore
      default:
        return empty(404);
    }
  }

  const middleware: Middleware = async (world, request, answer, { outgoing }) => {
    if (request.path.startsWith("/admin/")) return control(world, request);
    const sent = request.form.get("refresh_token");
    if (sent !== null && world.state.refresh.some(({ digest, spent }) => spent && digest === digestOf(sent)))
      reuses += 1;
    const fault = faults.find(({ path, times }) => path === request.path && times > 0);
    const note = (status: number): void =>
      void seen.push({ path: request.path, grant_type: request.form.get("grant_type"), status });
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
      return empty(429); // TA §11
    case "429_retry_after":
      return { ...empty(429), headers: { "retry-after": String(RETRY_AFTER_SEC) } }; // RFC 9110 §10.2.3
    case "400_refresh":
      return json(400, { status: 400, message: "Invalid refresh token" }); // TA §21.10: its access token lives on
    case "500_json":
      return json(500, { status: 500, message: "Missing column authorization_id from item map[]" }); // TA §10
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
const parse = ({ body }: Answer): object => JSON.parse(body) as object;
