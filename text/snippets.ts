/** Code that a connected tool begins with. It holds no secret: the credentials are in the environment or in a file. */

export const SNIPPET_LANGUAGES = ["node", "python", "shell", "csharp", "obs"] as const;
export type SnippetLanguage = (typeof SNIPPET_LANGUAGES)[number];

export interface Snippet {
  /** The name of the language, the same in every language of the window. */
  readonly language: string;
  readonly code: string;
  /** A command to type; or a file of the repository that has to be beside the code. */
  readonly install?: { readonly command: string } | { readonly file: string };
}

const NODE_CLIENT = "@tokenkeep/client";
const USERS = "https://api.twitch.tv/helix/users";

/** The tool's name as part of a file's name: safe inside every quotation mark. */
const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "") || "my-tool";

const node = (slug: string): string => `// The copied credentials are in .env. Start it with:
// node --env-file=.env ${slug}.mjs
import { connect, fileStore, storeFile } from ${JSON.stringify(NODE_CLIENT)};

const keep = await connect({ store: fileStore(storeFile("${slug}")) });
const { access_token, client_id } = await keep.token();

const answer = await fetch("${USERS}", {
  headers: { Authorization: \`Bearer \${access_token}\`, "Client-Id": client_id },
});
console.log(await answer.json());
keep.close();
`;

const python = (slug: string): string => `# The copied credentials are in .env. Start it with:
# set -a; . ./.env; python3 ${slug}.py
from urllib.request import Request, urlopen
from tokenkeep import connect

with connect("${slug}") as keep:
    token = keep.token()

headers = {
    "Authorization": f"Bearer {token['access_token']}",
    "Client-Id": token["client_id"],
}
with urlopen(Request("${USERS}", headers=headers)) as answer:
    print(answer.read().decode())
`;

const shell = (): string => `# The copied credentials are in .env.
# Without it, run once: tokenkeep pair
set -a
[ ! -f .env ] || . ./.env
set +a

tokenkeep token --format header |
  curl --silent --header @- ${USERS}
`;

const csharp = (): string => `// .NET 8. The copied credentials are in the environment.
// Without them, run once: tokenkeep pair
using System.Diagnostics;
using System.Net.Http.Headers;

using var cli = Process.Start(new ProcessStartInfo("tokenkeep", "token --format env")
{
    RedirectStandardOutput = true,
})!;
var token = (await cli.StandardOutput.ReadToEndAsync())
    .Split('\\n', StringSplitOptions.RemoveEmptyEntries)
    .Select(line => line.Trim().Split('=', 2))
    .ToDictionary(pair => pair[0], pair => pair[1]);

using var http = new HttpClient();
http.DefaultRequestHeaders.Authorization =
    new AuthenticationHeaderValue("Bearer", token["ACCESS_TOKEN"]);
http.DefaultRequestHeaders.Add("Client-Id", token["CLIENT_ID"]);
Console.WriteLine(await http.GetStringAsync("${USERS}"));
`;

const obs = (): string => `# OBS Studio: Tools, Scripts. Paste the credentials into the script's fields.
import obspython as obs
from tokenkeep import Tokenkeep


def script_properties():
    fields = obs.obs_properties_create()
    obs.obs_properties_add_text(fields, "client", "TOKENKEEP_CLIENT", obs.OBS_TEXT_DEFAULT)
    obs.obs_properties_add_text(fields, "key", "TOKENKEEP_KEY", obs.OBS_TEXT_PASSWORD)
    return fields


def script_update(settings):
    client = obs.obs_data_get_string(settings, "client")
    key = obs.obs_data_get_string(settings, "key")
    if client and key:
        with Tokenkeep((client, key)) as keep:
            obs.script_log(obs.LOG_INFO, "Token of " + keep.token()["login"])
`;

const CLIENT_PY = { file: "clients/python/tokenkeep.py" };

/** The code for a tool of this name. */
export function snippetFor(language: SnippetLanguage, toolName: string): Snippet {
  const slug = slugOf(toolName);
  switch (language) {
    case "node":
      return {
        language: "Node",
        code: node(slug),
        install: { command: `npm install ${NODE_CLIENT}` },
      };
    case "python":
      return { language: "Python", code: python(slug), install: CLIENT_PY };
    case "shell":
      return { language: "Shell", code: shell() };
    case "csharp":
      return { language: "C#", code: csharp() };
    case "obs":
      return { language: "OBS", code: obs(), install: CLIENT_PY };
  }
}
