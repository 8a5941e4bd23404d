import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import { defineConfig } from "eslint/config";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

export default defineConfig(
  { ignores: ["out/**", "release/**", "**/dist/**", "**/*.cjs"] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: [".svelte"],
      },
    },
    rules: {
      "@typescript-eslint/no-confusing-void-expression": "off", // `return fail(…)` leaves a function in one line
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      eqeqeq: "error",
      // A type parameter also documents; codes are not enums; Electron's classes come from its own module.
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "@typescript-eslint/no-unnecessary-condition": "off", // it does not see what an await in between may change
    },
  },
  {
    // What a reader can hold in mind. Functions may be hoisted: what a file is about stands first, its helpers below.
    files: ["{contract,core,main,preload,renderer,cli,sandbox}/**", "clients/node/src/**"],
    rules: {
      "max-lines": ["error", { max: 350, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 80, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/no-use-before-define": [
        "error",
        { functions: false, enums: false, typedefs: false, ignoreTypeReferences: true },
      ],
    },
  },
  {
    // Functions of tests: tests/function-length.test.ts, which lets the callbacks of `describe` be longer.
    files: ["tests/**", "tooling/**"],
    rules: { "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }] },
  },
  { files: ["renderer/**"], languageOptions: { globals: globals.browser } },
  {
    files: ["**/*.svelte"],
    rules: { "svelte/button-has-type": "error", "svelte/no-inline-styles": "error" },
  },
  {
    files: ["tests/**", "tooling/**", "docs/**", "*.ts", "*.js"],
    languageOptions: { globals: globals.node },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  { files: ["**/*.mjs", "**/*.js"], ...ts.configs.disableTypeChecked },
  {
    // Electron 45 deprecates the synchronous calls that 33 has alone; the port chooses by feature (ADR 0001).
    files: ["main/electron/system/keychain.ts", "main/electron/system/clipboard.ts", "tests/**"],
    rules: { "@typescript-eslint/no-deprecated": "off", "@typescript-eslint/await-thenable": "off" },
  },
  {
    files: ["tests/**"],
    rules: {
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-misused-spread": "off", // what spreading a Secret gives is what is tested
      "@typescript-eslint/no-unnecessary-template-expression": "off",
    },
  },
  {
    // Programs of the session bus and the runtime that have no types.
    files: ["tests/support/{tray-watcher,keyring}.mjs", "tooling/default-app/**"],
    rules: { "@typescript-eslint/ban-ts-comment": "off" },
  },
);
