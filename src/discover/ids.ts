const MAX_LENGTH = 60;

/** The same entries with ids that the API takes, each of them once. */
export function withUniqueIds<T extends { id: string }>(entries: readonly T[]): T[] {
  const taken = new Set<string>();
  return entries.map((entry) => {
    const id = free(toId(entry.id), taken);
    taken.add(id);
    return { ...entry, id };
  });
}

function toId(name: string): string {
  const id = name.toLowerCase().replaceAll(/[^a-z0-9_]+/g, '_');
  return (/^[a-z]/.test(id) ? id : `s_${id}`).slice(0, MAX_LENGTH);
}

function free(id: string, taken: ReadonlySet<string>): string {
  for (let number = 2, candidate = id; ; number += 1) {
    if (!taken.has(candidate)) return candidate;
    candidate = `${id}_${number}`;
  }
}
