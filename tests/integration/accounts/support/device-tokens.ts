/** Tokens of another tool on this computer, obtained from the sandbox by the device flow. */
import { walkPages } from "../../../support/host.ts";

export interface OtherTokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

export async function deviceTokens(origin: string, client_id: string, user: string): Promise<OtherTokens> {
  const post = async (path: string, form: Record<string, string>): Promise<Record<string, string>> => {
    const answer = await fetch(`${origin}/oauth2/${path}`, {
      method: "POST",
      body: new URLSearchParams(form),
    });
    return (await answer.json()) as Record<string, string>;
  };
  const { device_code = "", verification_uri = "" } = await post("device", {
    client_id,
    scopes: "user:read:chat",
  });
  await walkPages(verification_uri, user);
  const { access_token, refresh_token } = await post("token", {
    client_id,
    device_code,
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
  });
  if (access_token === undefined || refresh_token === undefined) throw new Error("no tokens");
  return { access_token, refresh_token };
}
