import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { AlertDetails } from '../../src/rules/alert.ts';
import { aDevice, IN_1970, TRUE_START } from './a-device.ts';

const publishing = { device: 'pi', upstream: true, now: 0 };
const details: AlertDetails = {
  ...{ sensor: 'air', unit: null, severity: 'info', value: 31, threshold: 30, simulated: false },
};

it('an acknowledgement of before the first sync goes upstream with its true time, and not before that is known', (t) => {
  const { life } = aDevice(t);
  const { run, trust, operations } = life('a', IN_1970, 5000);
  const raised = { event: 'raised', rule: 'heat', cause: 'threshold', details } as const;
  // A former life whose clock was right has raised it.
  operations.record({ alerts: [{ ...raised, at: TRUE_START - 60_000, run: 0 }], changes: [], states: {}, publishing });
  const sent = () => operations.nextBatch({ lane: 'alert', maxItems: 10, device: 'pi' })?.body ?? '';
  const first = operations.nextBatch({ lane: 'alert', maxItems: 10, device: 'pi' });
  operations.acknowledge({ batch: first?.id ?? 0 });

  operations.acknowledgeAlert({ id: 1, at: run.offset + 9000, run: run.id, publishing });
  assert.equal(operations.outboxState({}).items, 0);
  trust(TRUE_START);
  assert.equal(operations.publishAlerts(publishing), 1);
  const at = new Date(TRUE_START + 9000).toISOString();
  assert.match(sent(), new RegExp(`"acknowledged_at":"${at}"`));
});
