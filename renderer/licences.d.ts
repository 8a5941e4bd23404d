/** Made at build time by tooling/licences.mjs. */
declare module "virtual:licences" {
  const licences: readonly {
    readonly name: string;
    readonly version: string;
    /** The SPDX identifier. */
    readonly licence: string;
    /** The text of the licence; empty where the package has none. */
    readonly text: string;
  }[];
  export default licences;
}
