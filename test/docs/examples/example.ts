/** Throws the error, as the code throws it in the field. */
export type Example = () => unknown;

/** One for each code: the compiler misses those that are not there. */
export type Examples<Code extends string> = Readonly<Record<Code, Example>>;
