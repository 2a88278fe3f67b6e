// Drives a browser for a test: reads commands from standard input, one JSON object a line, and answers each with one.
// usage: node browser.js PLAYWRIGHT-CORE CHROMIUM
'use strict';
const readline = require('node:readline');
const { chromium } = require(process.argv[2]);

let browser = null;
let context = null;
let page = null;
let problems = [];

const watch = () => {
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
};

const commands = {
  async launch({ sandbox }) {
    browser = await chromium.launch({ executablePath: process.argv[3], chromiumSandbox: sandbox });
    return browser.version();
  },
  // A new page, and no other one. The options are those of Browser.newContext().
  async open({ url, options }) {
    if (context) await context.close();
    context = await browser.newContext(options);
    page = await context.newPage();
    problems = [];
    watch();
    const reply = await page.goto(url);
    return { status: reply.status(), headers: reply.headers() };
  },
  async size({ width, height }) {
    await page.setViewportSize({ width, height });
  },
  async scheme({ scheme }) {
    await page.emulateMedia({ colorScheme: scheme });
  },
  // Clicks a link, and waits for the page that it leads to.
  async follow({ selector }) {
    await Promise.all([page.waitForNavigation(), page.click(selector)]);
  },
  async evaluate({ script }) {
    return page.evaluate(script);
  },
  async accessible() {
    return page.locator('body').ariaSnapshot();
  },
  async screenshot({ path }) {
    await page.screenshot({ path, fullPage: true });
  },
  async problems() {
    return problems;
  },
};

const answer = async (line) => {
  try {
    const { command, ...parameters } = JSON.parse(line);
    const value = await commands[command](parameters);
    return { value: value === undefined ? null : value };
  } catch (error) {
    return { error: String(error.stack || error) };
  }
};

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
  }
  if (browser) await browser.close();
})();
