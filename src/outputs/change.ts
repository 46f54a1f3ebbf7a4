/** Who changed a state: the API, a rule, the longest time on, the start and the end of the server. */
export type ChangedBy = 'api' | 'rule' | 'limit' | 'start' | 'stop';

/** One change of one output, as it is kept. */
export interface OutputChange {
  output: string;
  /** Wall time in milliseconds since 1970. */
  at: number;
  /** The same instant on the clock that never jumps. */
  monotonic: number;
  /** Null at the start: what was before is not known. */
  from: boolean | null;
  to: boolean;
  /** From 0 to 1; null where the output cannot be dimmed. */
  level: number | null;
  by: ChangedBy;
  rule: string | null;
  /** For a person. */
  why: string;
}

/** A level for an output that knows nothing between off and on. The message is for a person. */
export class NotDimmable extends Error {
  override name = 'NotDimmable';
}

/** A command that must not be carried out now. The message is for a person. */
export class OutputRefused extends Error {
  override name = 'OutputRefused';
  /** Seconds after which it may be, where that is known. */
  readonly retryAfterS: number | undefined;

  constructor(message: string, retryAfterS?: number) {
    super(message);
    this.retryAfterS = retryAfterS;
  }
}
