import { configurationText } from './configuration-text.ts';
import { lookAround } from './surroundings.ts';

/** `npm run discover`: what this machine can measure, as a configuration to paste. Needs no rights and changes nothing. */
process.stdout.write(configurationText(await lookAround('/')));
