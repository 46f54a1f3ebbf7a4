import { openDatabase } from '../../src/store/database.ts';
import { storeOperations } from '../../src/store/operations.ts';

/**
 * A process of its own that closes the windows of a database and is killed between the two rows that belong together:
 * `node dying-process.ts FILE TABLE`, where TABLE is the one whose row is the last thing it does.
 */
const [file = '', table = ''] = process.argv.slice(2);
const database = openDatabase(file);
const operations = storeOperations(database, 300_000);
database.function('die', () => process.kill(process.pid, 'SIGKILL'));
database.exec(`CREATE TEMP TRIGGER last AFTER INSERT ON main.${table} BEGIN SELECT die(); END`);
operations.closeWindows({ now: Number.MAX_SAFE_INTEGER, device: 'pi', units: {}, upstream: true });
