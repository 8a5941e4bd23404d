/** `npm run sandbox`: runs the sandbox without the app, for authors of tools. `--admin` adds the API of sandbox/admin.ts. */
import { parseArgs } from "node:util";
import { createAdmin } from "./admin.ts";
import { OWN_CLIENT, USERS } from "./seeds.ts";
import { startSandbox } from "./server.ts";

const { values } = parseArgs({
  options: { port: { type: "string", default: "8090" }, admin: { type: "boolean", default: false } },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`--port takes a number from 0 to 65535, not “${values.port}”.`);
  process.exit(2);
}
const started = await startSandbox({ port, ...(values.admin && createAdmin()) });
if ("failure" in started) {
  console.error(`Port ${values.port} belongs to another program. Choose one with --port.`);
  process.exit(1);
}
console.log(`The sandbox answers at ${started.origin}; Ctrl C ends it and forgets every token.

  authorize      ${started.origin}/oauth2/authorize
  token          ${started.origin}/oauth2/token
  API            ${started.origin}/helix/users
  client_id      ${OWN_CLIENT.client_id}
  client_secret  ${OWN_CLIENT.client_secret}
  redirect URI   ${OWN_CLIENT.redirect_uris[1]}
  people         ${USERS.map(({ login }) => login).join(", ")}`);
