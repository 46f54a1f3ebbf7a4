/** More digits than a whole number can have that is told from its neighbours. */
const HUGE = /^0*[1-9]\d{15,}$/;

/**
 * Makes a query what its schema is about. `_` is what browsers' libraries add so that no cache answers (jQuery and
 * others): it is no parameter of ours. A limit may have any number of digits: too many readings are too many.
 */
export function tidyQuery(query: Record<string, unknown>): void {
  delete query._;
  if (typeof query.limit === 'string' && HUGE.test(query.limit)) query.limit = String(Number.MAX_SAFE_INTEGER);
}
