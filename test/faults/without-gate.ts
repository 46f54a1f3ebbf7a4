/** Loaded into the server, as the negative control: clients speak to Node's HTTP server itself, without any limit of ours. */
const { Gate } = await import(new URL('../../dist/src/connections/gate.js', import.meta.url).href);

Gate.prototype.guard = () => {};

export {};
