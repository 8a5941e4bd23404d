import { tick } from "svelte";

/** Focuses the first invalid field of a form that was refused, after the errors are drawn. */
export async function focusFirstWrong({ currentTarget }: Event): Promise<void> {
  const form = currentTarget instanceof Element ? currentTarget : undefined; // before `tick`: the event loses its `currentTarget` afterwards
  await tick();
  form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}
