import { card } from './card.ts';
import { control } from './control.ts';
import { exporting } from './export.ts';
import { history } from './history.ts';
import { intake } from './intake.ts';
import { Lifetime } from './lifetime.ts';
import { memory } from './memory.ts';
import { parseOptions } from './options.ts';
import { section, write } from './page.ts';
import type { Question } from './question.ts';
import { rest } from './rest.ts';
import { routeQuestions } from './routes.ts';
import { starting } from './start.ts';
import { upstream } from './upstream.ts';

/**
 * `npm run bench`: asks the compiled server and its peers one question after the other, prints each answer and writes it
 * into docs/benchmarks.md. `-- --only control,start` for some of them, `--short` for a look, `--print` to write nothing.
 */
const QUESTIONS: readonly Question[] = [
  ...routeQuestions,
  history,
  exporting,
  intake,
  memory,
  rest,
  starting,
  control,
  card,
  upstream,
];

async function answer(question: Question, short: boolean, print: boolean): Promise<void> {
  const lifetime = new Lifetime();
  const interrupted = () => void lifetime.end().then(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  const skipped: string[] = [];
  try {
    const given = await question.ask({ short, lifetime, skip: (why) => void skipped.push(why) });
    const text = section(question, given, skipped);
    console.log(`${text}\n`);
    // A look is no measurement, and what was not measured does not replace what was.
    if (!print && !short && given.targets.length > 0) write(question, text, given);
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await lifetime.end();
  }
}

try {
  const { only, short, print } = parseOptions(
    process.argv.slice(2),
    QUESTIONS.map(({ name }) => name),
  );
  for (const question of QUESTIONS) {
    if (only.length === 0 || only.includes(question.name)) await answer(question, short, print);
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
