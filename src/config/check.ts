import { EX_CONFIG, StartError } from '../start-error.ts';
import { loadConfigFile } from './load.ts';

/** `npm run check-config -- FILE`: says what the server would say about the file, without starting it. */
const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error('Which file? Usage: npm run check-config -- FILE');
  process.exitCode = EX_CONFIG;
} else {
  try {
    const config = loadConfigFile(path);
    console.log(`${path} is valid: ${config.sensors.length} sensors, ${config.outputs.length} outputs.`);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    console.error(error.message);
    process.exitCode = error.exitCode;
  }
}
