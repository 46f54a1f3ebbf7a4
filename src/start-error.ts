/** The server cannot start as it is set up. The message is for a person: one or more sentences, no stack trace. */
export class StartError extends Error {
  override name = 'StartError';
  /** Exit status of the process: 78 (EX_CONFIG of sysexits.h) for a wrong configuration, else 1. */
  readonly exitCode: number;

  constructor(message: string, exitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
