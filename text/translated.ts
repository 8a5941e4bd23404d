/** The keys of `Words`, each with words of its own: one that is missing or too many does not compile. */
export type Translated<Words> = {
  readonly [Key in keyof Words]: Words[Key] extends string ? string : Translated<Words[Key]>;
};
