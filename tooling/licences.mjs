// @ts-check
/** The licences of the app and of every package that its build can contain, read from the installed packages. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * @typedef {{ readonly name: string, readonly version: string, readonly licence: string, readonly text: string }} Licence
 */

/** The text of the licence file of a folder; empty where the package has none. @param {string} folder */
function licenceText(folder) {
  const name = readdirSync(folder).find((file) => /^(licen[cs]e|copying)([.-]|$)/i.test(file));
  return name === undefined ? "" : readFileSync(path.join(folder, name), "utf8").trim();
}

/**
 * The app first, then the packages by name. Packages that only development needs are left out.
 * @param {string} root @returns {readonly Licence[]}
 */
export function collectLicences(root) {
  const { packages } = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  /** @type {Licence[]} */
  const found = [];
  for (const [place, { dev = false, link = false }] of Object.entries(packages)) {
    const folder = path.join(root, place);
    if (dev || link || !existsSync(path.join(folder, "package.json"))) continue;
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    found.push({
      name: place === "" ? "Tokenkeep" : name,
      version,
      licence: typeof license === "string" ? license : "",
      text: licenceText(folder),
    });
  }
  const [app, ...others] = found;
  if (app === undefined) throw new Error("package-lock.json names no package");
  return [app, ...others.sort((a, b) => (a.name < b.name ? -1 : 1))];
}

const ID = "virtual:licences";
/** Gives the window's code the list as a module, `virtual:licences`. @param {string} root */
export const licencesModule = (root) => ({
  name: "licences",
  /** @param {string} id */
  resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
  /** @param {string} id */
  load: (id) => (id === `\0${ID}` ? `export default ${JSON.stringify(collectLicences(root))}` : undefined),
});
