/**
 * `tokenkeep completion`: scripts for bash, zsh and fish, made from the grammar. A script lists accounts by asking a running
 * Tokenkeep. It never starts Tokenkeep, and no question reaches the user.
 */
import type { Context } from "./context.ts";
import { UsageError } from "./errors.ts";
import { EXIT } from "./exit.ts";
import { CHOICES, COMMANDS, GLOBAL, SHELLS, type CommandGrammar } from "./grammar.ts";
import { translate, type Key } from "./messages.ts";

const NAMES = Object.keys(COMMANDS);
/** A shell command that prints the logins, one per line. */
const ACCOUNTS = "TOKENKEEP_START= tokenkeep accounts </dev/null 2>/dev/null | cut -f2";
const optionsOf = ({ options }: CommandGrammar): [string, { readonly type: "string" | "boolean" }][] =>
  Object.entries({ ...options, ...GLOBAL });
const flagsOf = (command: CommandGrammar): string =>
  optionsOf(command)
    .map(([name]) => `--${name}`)
    .join(" ");

const bash = (): string => `_tokenkeep() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} i
  COMPREPLY=()
  for ((i = 2; i < COMP_CWORD; i++)); do
    # Behind it stands another command, which has completions of its own.
    [[ \${COMP_WORDS[i]} == -- ]] && { COMPREPLY=($(compgen -c -f -- "$word")); return; }
  done
  case $before in
    --account | -a) COMPREPLY=($(compgen -W "$(${ACCOUNTS})" -- "$word")); return ;;
${Object.entries(CHOICES)
  .map(
    ([name, choices]) =>
      `    --${name}) COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$word")); return ;;`,
  )
  .join("\n")}
  esac
  if ((COMP_CWORD == 1)); then COMPREPLY=($(compgen -W "${NAMES.join(" ")}" -- "$word")); return; fi
  case $command in
    help) COMPREPLY=($(compgen -W "${NAMES.join(" ")}" -- "$word")) ;;
    completion) COMPREPLY=($(compgen -W "${SHELLS.join(" ")}" -- "$word")) ;;
${Object.entries(COMMANDS)
  .filter(([name]) => name !== "completion" && name !== "help")
  .map(([name, command]) => `    ${name}) COMPREPLY=($(compgen -W "${flagsOf(command)}" -- "$word")) ;;`)
  .join("\n")}
  esac
}
complete -F _tokenkeep tokenkeep
`;

const quoted = (text: string): string => `'${text.replaceAll("'", "’")}'`;

function zshOption([name, { type }]: [string, { type: string }]): string {
  const about = translate(`option.${name}` as Key).replaceAll(/[[\]:]/g, " ");
  const values =
    type === "boolean"
      ? ""
      : `:${name}:${name === "account" ? "_tokenkeep_accounts" : name in CHOICES ? `(${CHOICES[name]?.join(" ") ?? ""})` : ""}`;
  return quoted(`--${name}[${about}]${values}`);
}
const operandsOf = ({ operands = [] }: CommandGrammar): string[] =>
  operands.includes("SHELL")
    ? [`'2:shell:(${SHELLS.join(" ")})'`]
    : operands.includes("…")
      ? ["'*::: :_normal'"]
      : operands.includes("COMMAND")
        ? [`'2:command:(${NAMES.join(" ")})'`]
        : [];

const zsh = (): string => `#compdef tokenkeep
_tokenkeep() {
  local -a commands=(
${NAMES.map((name) => `    ${quoted(`${name}:${translate(`command.${name}` as Key)}`)}`).join("\n")}
  )
  _tokenkeep_accounts() { local -a names=(\${(f)"$(${ACCOUNTS})"}); compadd -a names }
  if ((CURRENT == 2)); then _describe command commands; return; fi
  case $words[2] in
${Object.entries(COMMANDS)
  .map(
    ([name, command]) =>
      `    ${name}) _arguments -S ${[...optionsOf(command).map(zshOption), ...operandsOf(command)].join(" ")} ;;`,
  )
  .join("\n")}
  esac
}
compdef _tokenkeep tokenkeep
`;

const fish = (): string =>
  [
    "complete -c tokenkeep -f",
    ...NAMES.map(
      (name) =>
        `complete -c tokenkeep -n __fish_use_subcommand -a ${name} -d ${quoted(translate(`command.${name}` as Key))}`,
    ),
    `complete -c tokenkeep -n '__fish_seen_subcommand_from help' -a '${NAMES.join(" ")}'`,
    `complete -c tokenkeep -n '__fish_seen_subcommand_from completion' -a '${SHELLS.join(" ")}'`,
    ...Object.entries(COMMANDS).flatMap(([command, described]) =>
      optionsOf(described).map(([name, { type }]) => {
        const from =
          name === "account"
            ? `(${ACCOUNTS.replace("TOKENKEEP_START= ", "env TOKENKEEP_START= ")})`
            : CHOICES[name]?.join(" ");
        return [
          `complete -c tokenkeep -n '__fish_seen_subcommand_from ${command}' -l ${name}`,
          `-d ${quoted(translate(`option.${name}` as Key))}`,
          ...(type === "string" ? ["-x"] : []),
          ...(from === undefined ? [] : [`-a ${quoted(from)}`]),
        ].join(" ");
      }),
    ),
    "",
  ].join("\n");

const SCRIPTS: Readonly<Record<string, () => string>> = { bash, zsh, fish };

export function run({ operands: [shell] }: Context): Promise<number> {
  if (shell === undefined) throw new UsageError("operandMissing", { name: "SHELL" });
  const script = SCRIPTS[shell];
  if (script === undefined) throw new UsageError("choiceUnknown", { given: shell, known: SHELLS.join(", ") });
  process.stdout.write(script());
  return Promise.resolve(EXIT.ok);
}
