/**
 * Loaded into the server, as the negative control: whoever needs the store waits for as long as the disk takes, and so does
 * the end of the process.
 */
const compiled = (module: string) => import(new URL(`../../dist/src/store/${module}.js`, import.meta.url).href);
const { AnswerTimes } = await compiled('answer-times');
const { WorkerClient } = await compiled('worker-client');

Object.defineProperty(AnswerTimes.prototype, 'isStalled', { get: () => false });
Object.defineProperty(AnswerTimes.prototype, 'fault', { get: () => null });
WorkerClient.prototype.abandon = () => {};
const kill = process.kill.bind(process);
process.kill = (pid, signal) => pid === process.pid || kill(pid, signal);

export {};
