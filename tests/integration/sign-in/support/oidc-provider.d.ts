/** The part of oidc-provider that is used here; it ships no types. */
declare module "oidc-provider" {
  import type { RequestListener } from "node:http";

  export default class Provider {
    constructor(issuer: string, configuration: object);
    callback(): RequestListener;
    on(event: "grant.error", listener: (context: unknown, error: { error_detail?: string }) => void): void;
    readonly Client: { find(id: string): Promise<object> };
    readonly Grant: new (of: object) => { addOIDCScope(scope: string): void; save(): Promise<string> };
    readonly RefreshToken: new (of: object) => { save(): Promise<string> };
    readonly AccessToken: new (of: object) => { save(): Promise<string> };
  }
}
