/** The version of this command line, which is that of the app. */
import manifest from "../package.json" with { type: "json" };

export const { version } = manifest;
