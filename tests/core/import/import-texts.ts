/** Texts with tokens in every notation that an import reads, and functions that return the tokens found in them. */
import fc from "fast-check";
import { findTokens } from "../../../core/import/tokens.ts";
import { twitch } from "../../../core/providers/twitch.ts";

export const find = (text: string) => findTokens(text, twitch).candidates;
export const values = (text: string) => find(text).map(({ accessToken }) => accessToken.reveal());
export const suggested = (text: string) =>
  find(text).flatMap(({ accessToken, doubt }) => (doubt === undefined ? [accessToken.reveal()] : []));

/** A token of RFC 6750 §2.1, of a usual length. */
export const token = fc
  .stringMatching(/^[A-Za-z0-9._~+/-]{24,60}={0,2}$/)
  .filter((text) => new Set(text).size > 8);
/** A token of the provider's own form. */
export const own = fc.stringMatching(/^[a-z0-9]{30}$/).filter((text) => new Set(text).size > 8);
export const refresh = fc.stringMatching(/^[a-z0-9]{50}$/).filter((text) => new Set(text).size > 8);

type Write = (name: string, value: string) => string;
export const NOTATIONS: Record<string, Write> = {
  dotenv: (name, value) => `${name}=${value}`,
  "dotenv, quoted": (name, value) => `${name} = "${value}" # a comment`,
  shell: (name, value) => `export ${name}='${value}'`,
  "shell, one command": (name, value) => `env ${name}=${value} ./bot --verbose`,
  powershell: (name, value) => `$env:${name} = "${value}"`,
  "powershell, braces": (name, value) => `\${env:${name}} = '${value}'`,
  "powershell, .NET": (name, value) => `[Environment]::SetEnvironmentVariable("${name}", "${value}", "User")`,
  "powershell, item": (name, value) => `Set-Item -Path Env:${name} -Value "${value}"`,
  cmd: (name, value) => `set ${name}=${value}`,
  "cmd, quoted": (name, value) => `set "${name}=${value}"`,
  setx: (name, value) => `setx ${name} "${value}" /M`,
  fish: (name, value) => `set -gx ${name} ${value}`,
  csh: (name, value) => `setenv ${name} ${value}`,
  systemd: (name, value) => `Environment="${name}=${value}"`,
  docker: (name, value) => `ENV ${name} ${value}`,
  "docker, option": (name, value) => `docker run -e ${name}=${value} bot`,
  compose: (name, value) => `      - ${name}=${value}`,
  yaml: (name, value) => `${name}: ${value} # a comment`,
  "yaml, folded": (name, value) => `${name}: >-\n  ${value}`,
  ini: (name, value) => `${name} = ${value}`,
  properties: (name, value) => `${name} : ${value}`,
  toml: (name, value) => `${name} = '''${value}'''`,
  javascript: (name, value) => `const config = { ${name}: '${value}', };`,
  typescript: (name, value) => `const ${name}: string = \`${value}\`;`,
  python: (name, value) => `${name}: str = "${value}"`,
  "python, call": (name, value) => `bot = Bot(prefix="!", ${name}="${value}")`,
  "python, environment": (name, value) => `os.environ["${name}"] = "${value}"`,
  php: (name, value) => `$config['${name}'] = '${value}';`,
  ruby: (name, value) => `config = { :${name} => "${value}" }`,
  lua: (name, value) => `config["${name}"] = "${value}"`,
  go: (name, value) => `${name} := "${value}"`,
  json: (name, value) => JSON.stringify({ [name]: value }),
  "json with comments": (name, value) => `{\n// it\n"${name}": /* is */ "${value}",\n}`,
  "list of variables": (name, value) => JSON.stringify([{ name, value }]),
  "list of variables, yaml": (name, value) => `env:\n- name: ${name}\n  value: ${value}`,
  xml: (name, value) => `<add key="${name}" value="${value}" />`,
  "xml, element": (name, value) => `<${name}>${value}</${name}>`,
  query: (name, value) => `https://localhost/callback#${name}=${value}&token_type=bearer`,
  option: (name, value) => `bot --${name} ${value}`,
};
export const LINE_ENDS = { "\n": "LF", "\r\n": "CR LF", "\r": "CR" };
