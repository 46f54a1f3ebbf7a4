/** A cause ends with a full stop or without one, depending on who named it. */
export const sentence = (cause: string | null | undefined): string =>
  `${cause?.replace(/\.$/, '') ?? 'no reason was given'}.`;
