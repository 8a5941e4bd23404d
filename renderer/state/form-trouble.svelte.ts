/** Why a form was refused: at the field that is wrong, or else at the form's end. */
import type { Failure } from "../../contract/failure.ts";
import { sentence } from "../text/t.ts";
import { fieldOf, type Form } from "./form-fields.ts";

export class FormTrouble {
  readonly #form: Form;
  #failure = $state.raw<Failure>();
  /** Sentences of the form's own checks, by field. */
  #own = $state.raw<Readonly<Record<string, string>>>({});

  constructor(form: Form) {
    this.#form = form;
  }

  /** The sentence for a field; undefined when nothing is wrong with it. */
  at(field: string): string | undefined {
    const own = this.#own[field];
    if (own !== undefined || this.#failure === undefined) return own;
    return fieldOf(this.#form, this.#failure) === field ? sentence(this.#failure) : undefined;
  }
  /** The sentence of a failure that is about no field. */
  get rest(): string | undefined {
    if (this.#failure === undefined || fieldOf(this.#form, this.#failure) !== undefined) return undefined;
    return sentence(this.#failure);
  }
  get code(): Failure["code"] | undefined {
    return this.#failure?.code;
  }
  /** Takes the failure of a call. */
  readonly take = (failure: Failure): void => {
    this.#failure = failure;
  };
  /** Begins anew with the form's own checks; returns whether all fields are right. */
  check(wrong: Readonly<Record<string, string | false | undefined>> = {}): boolean {
    this.#failure = undefined;
    this.#own = Object.fromEntries(
      Object.entries(wrong).flatMap(([field, words]) => (typeof words === "string" ? [[field, words]] : [])),
    );
    return Object.keys(this.#own).length === 0;
  }
}
