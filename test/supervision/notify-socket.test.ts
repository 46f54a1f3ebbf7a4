import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openNotify } from '../../src/supervision/notify-socket.ts';
import { aNotifySocket } from './notify-listener.ts';

describe('the socket of the service manager', () => {
  it('gets every message whole, by its path', async (t) => {
    const { address, heard } = aNotifySocket(t);
    const notify = await openNotify(address);
    notify('READY=1\nSTATUS=serving');
    notify('WATCHDOG=1');
    assert.deepEqual(heard(), ['READY=1\nSTATUS=serving', 'WATCHDOG=1']);
  });

  it('is found by its abstract name, too', async (t) => {
    const { address, heard } = aNotifySocket(t, `@pi-edge-api-test-${process.pid}`);
    (await openNotify(address))('READY=1');
    assert.deepEqual(heard(), ['READY=1']);
  });

  it('that is not there is said in one sentence', async () => {
    const notify = await openNotify('/nowhere/notify');
    assert.throws(() => notify('READY=1'), { message: 'nothing can be sent to /nowhere/notify: ENOENT' });
  });
});
