const MOST_CHARACTERS = 80;

/** What was found, for a message: a list of a thousand sensors, or a file that was pasted, must not bury the fault. */
export function shortened(found: string, most = MOST_CHARACTERS): string {
  const characters = [...found];
  return characters.length <= most ? found : `${characters.slice(0, most).join('')}… (${characters.length} characters)`;
}
