import type { Locator, Page } from 'playwright-core';

/** The documentation page as a person uses it: by what it shows. */
export class DocsPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async open(origin: string): Promise<void> {
    await this.#page.goto(`${origin}/docs`);
    await this.#page.locator('.opblock').first().waitFor();
  }

  async title(): Promise<string> {
    return textOf(this.#page.locator('.info .title'));
  }

  /** Method and path of every operation, in the order of the page. */
  async operations(): Promise<string[]> {
    const rows = await this.#page.locator('.opblock-summary').all();
    return Promise.all(rows.map(async (row) => `${await part(row, 'method')} ${await part(row, 'path')}`));
  }

  async authorize(key: string): Promise<void> {
    await this.#page.getByRole('button', { name: 'Authorize' }).click();
    const dialog = this.#page.locator('.modal-ux');
    await dialog.getByRole('textbox').fill(key);
    await dialog.getByRole('button', { name: 'Apply credentials' }).click();
    await dialog.getByText('Authorized').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
  }

  /** Opens an operation, ready to try. */
  async unfold(tag: string, operationId: string): Promise<Locator> {
    const operation = this.#page.locator(`#operations-${tag}-${operationId}`);
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Execute' }).waitFor();
    return operation;
  }

  /** Sends the request of an unfolded operation, with another body where one is given; answers what the page shows. */
  async execute(operation: Locator, body?: string): Promise<{ status: string; body: unknown }> {
    if (body !== undefined) await operation.getByRole('textbox').fill(body);
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table .response');
    await answer.scrollIntoViewIfNeeded();
    const status = await textOf(answer.locator('.response-col_status'));
    return { status: status.slice(0, 3), body: JSON.parse(await textOf(answer.locator('pre').first())) };
  }
}

const part = (row: Locator, name: string): Promise<string> => textOf(row.locator(`.opblock-summary-${name}`));

/** Without the invisible characters that let long paths break. */
const textOf = async (place: Locator): Promise<string> =>
  ((await place.textContent()) ?? '').replaceAll('\u200b', '').trim();
