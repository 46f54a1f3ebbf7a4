import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

const INSPECTOR = 'http://127.0.0.1:9229/json/list';

/** Lets a Node process go round in circles for ever, as a fault of the program would: through its debugger. */
export async function blockEventLoop(pid: number): Promise<void> {
  process.kill(pid, 'SIGUSR1');
  const socket = new WebSocket(await debuggerAddress());
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: 'for (;;) {}' } }));
  await pause(20); // it never answers
}

async function debuggerAddress(): Promise<string> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const answer = await fetch(INSPECTOR).catch(() => undefined);
    if (answer?.ok) {
      const [target] = (await answer.json()) as { webSocketDebuggerUrl: string }[];
      assert.ok(target);
      return target.webSocketDebuggerUrl;
    }
    await pause(100);
  }
  throw new Error('the debugger does not listen');
}
