/** Sentences about the check of an app: one for each result, so that no two of them contradict each other. */
import type { ClientFinding, ClientProbe } from "../../../contract/client-check.ts";
import type { ProviderView } from "../../../contract/views/provider.ts";
import { sentence, t } from "../../text/t.ts";

export interface CheckWords {
  readonly tone: "ok" | "attention" | "danger";
  readonly title: string;
  readonly text?: string;
}

/** The sentences about a client ID that is not saved yet. Undefined: the sentence stands at a field (`fieldError`). */
export function probeWords(
  { is }: ClientProbe,
  { name: provider, publicRedirects }: Pick<ProviderView, "name" | "publicRedirects">,
): CheckWords | undefined {
  switch (is) {
    case "public":
      return {
        tone: "ok",
        title: t("probe.public"),
        text: t(publicRedirects ? "probe.publicText" : "probe.publicCode"),
      };
    case "confidential":
    case "secret_rejected":
      return { tone: "ok", title: t("probe.confidential"), text: t("probe.confidentialText") };
    case "unsure":
      return { tone: "attention", title: t("probe.unsure"), text: t("probe.unsureText", { provider }) };
    case "unchecked":
      return { tone: "attention", title: t("probe.unchecked"), text: t("probe.uncheckedText", { provider }) };
    case "unknown_id":
      return undefined;
  }
}

/** What is wrong with a client ID; undefined: nothing that is known. */
export function idError(
  { is }: ClientProbe,
  clientId: string,
  { name: provider, clientIdLength: length }: Pick<ProviderView, "name" | "clientIdLength">,
): string | undefined {
  if (is !== "unknown_id") return undefined;
  const count = clientId.trim().length;
  return length === undefined || count === length
    ? t("probe.unknown", { provider })
    : t("probe.unknownLength", { provider, count, length });
}

export interface Verdict extends CheckWords {
  /** The findings that the title does not say already. */
  readonly rest: readonly ClientFinding[];
}

/** The verdict on a saved app: the worst finding is the title, the others are its details. */
export function verdictOf(findings: readonly ClientFinding[], provider: string): Verdict {
  const wrong = (about: ClientFinding["about"]): ClientFinding | undefined =>
    findings.find((one) => one.about === about && one.result === "wrong");
  const without = (said: ClientFinding): readonly ClientFinding[] => findings.filter((one) => one !== said);

  const noAnswer = wrong("provider");
  if (noAnswer !== undefined) {
    const { failure } = noAnswer;
    return failure === undefined || failure.code === "provider_unreachable"
      ? {
          tone: "attention",
          title: t("verdict.unreachable", { provider }),
          text: t("verdict.unreachableText"),
          rest: [],
        }
      : { tone: "attention", title: t("verdict.provider"), text: sentence(failure), rest: [] };
  }
  const unknownId = wrong("client_id");
  if (unknownId !== undefined)
    return { tone: "danger", title: t("verdict.client_id", { provider }), rest: without(unknownId) };
  const secret = wrong("client_secret");
  if (secret?.failure !== undefined)
    return { tone: "danger", title: sentence(secret.failure), rest: without(secret) };
  const redirect = wrong("redirect_uri");
  if (redirect?.failure !== undefined)
    return {
      tone: "danger",
      title: t("verdict.redirects"),
      text: sentence(redirect.failure),
      rest: findings,
    };
  return findings.some(({ result }) => result === "unknown")
    ? { tone: "attention", title: t("verdict.unsure"), text: t("check.unsure"), rest: findings }
    : { tone: "ok", title: t("verdict.ready"), rest: findings };
}
