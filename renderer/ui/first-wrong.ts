import { tick } from "svelte";

/**
 * Focuses the first invalid field of a form that was refused, after the errors are drawn. After a call to main, pass the
 * form itself: an event forgets its `currentTarget`.
 */
export async function focusFirstWrong(from: Event | EventTarget | null): Promise<void> {
  const target = from instanceof Event ? from.currentTarget : from;
  const form = target instanceof Element ? target : undefined; // before `tick`, for the same reason
  await tick();
  form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}
