/** Exit status for what does not heal by trying again: EX_CONFIG of sysexits.h. */
export const EX_CONFIG = 78;

/** The server cannot start as it is set up. The message is for a person: one or more sentences, no stack trace. */
export class StartError extends Error {
  override name = 'StartError';
  /** Exit status of the process: {@link EX_CONFIG} for a wrong configuration or a database from the future, else 1. */
  readonly exitCode: number;

  constructor(message: string, exitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
