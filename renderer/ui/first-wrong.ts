import { tick } from "svelte";

/** After a form was refused: the keyboard goes to the first field that is wrong, once that is drawn. */
export async function focusFirstWrong({ currentTarget }: Event): Promise<void> {
  const form = currentTarget instanceof Element ? currentTarget : undefined; // before it waits: an event forgets it
  await tick();
  form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}
