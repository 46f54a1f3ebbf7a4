/**
 * Not imported from `node:http`: as a module it brings Node's own fetch and WebSocket along with its names, which are
 * 20 ms of the start and 2 MB that nothing here asks for.
 */
export const { STATUS_CODES } = process.getBuiltinModule('node:http');

/** What a status is called (RFC 9110). */
export const titleOf = (status: number): string => STATUS_CODES[status] ?? 'Error';
