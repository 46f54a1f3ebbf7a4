/** Where time-series engines take other formats. To JSON some of them answer 204 and store nothing. */
const ENGINE_PATHS: readonly { path: RegExp; engine: string }[] = [
  { path: /\/api\/v2\/write$/, engine: 'InfluxDB' },
  { path: /\/api\/v3\/write_lp$/, engine: 'InfluxDB' },
  { path: /\/api\/v1\/(prom\/)?write$/, engine: 'Prometheus remote write' },
  { path: /\/api\/v1\/prom\/remote\/write$/, engine: 'Prometheus remote write' },
  { path: /\/api\/v1\/(import|push)(\/.*)?$/, engine: 'VictoriaMetrics or Mimir' },
  { path: /\/(api\/put|opentsdb\/api\/put)$/, engine: 'OpenTSDB' },
  { path: /\/datadog\/.*$/, engine: 'VictoriaMetrics' },
  { path: /\/v1\/metrics$/, engine: 'OpenTelemetry' },
  { path: /\/(write|telegraf)$/, engine: 'InfluxDB, QuestDB or Telegraf' },
];

/** Whose path an address is that does not take the items of this device; undefined where it is none that is known. */
export function engineAt(url: string): string | undefined {
  // Multi-tenant engines put a prefix before it, and a slash behind it changes nothing.
  const path = new URL(url).pathname
    .replaceAll(/\/{2,}/g, '/')
    .replace(/\/$/, '')
    .toLowerCase();
  return ENGINE_PATHS.find((known) => known.path.test(path))?.engine;
}
