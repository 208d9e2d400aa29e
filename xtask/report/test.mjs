// The report in a real browser: it filters, opens a finding, asks nothing of the network, and has
// no complaint in its console; without its script all findings are there.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, chromium, report] = process.argv.slice(2);
const { chromium: driver } = createRequire(join(folder, "package.json"))("playwright-core");
const browser = await driver.launch({ executablePath: chromium, args: ["--no-sandbox"] });

async function open(options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = [];
  const requests = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(report).href);
  return { page, complaints, requests };
}

try {
  const { page, complaints, requests } = await open({ colorScheme: "light" });
  const visible = () => page.locator("details.finding:visible").count();
  const all = await visible();
  assert.ok(all > 3, `${all} findings`);
  assert.ok(await page.locator("#filter").isVisible(), "the filter is shown");

  await page.selectOption("select[name=severity]", "high");
  const high = await visible();
  assert.ok(high > 0 && high < all, `${high} of ${all} are high`);
  assert.equal(await page.locator("output[name=shown]").textContent(), `${high} of ${all}`);
  await page.click("button[type=reset]");
  await page.waitForFunction((n) => document.querySelector("output[name=shown]").value.startsWith(`${n} of`), all);
  assert.equal(await visible(), all);

  const resource = await page.locator("details.finding summary code").first().textContent();
  await page.fill("input[name=text]", resource);
  const named = await visible();
  assert.ok(named > 0 && named < all, `${named} of ${all} name ${resource}`);
  await page.fill("input[name=text]", "nothing has these words");
  assert.equal(await visible(), 0);
  await page.fill("input[name=text]", "");

  await page.click("button[name=close]");
  assert.equal(await page.locator("details.finding[open]").count(), 0);
  await page.locator("details.finding summary").first().click();
  assert.equal(await page.locator("details.finding[open]").count(), 1);
  assert.ok(await page.locator("details.finding[open] dl").isVisible());
  assert.ok(await page.locator("#matrix a").count() > 0, "there is a table of who has access");

  assert.deepEqual(complaints, []);
  assert.deepEqual(requests, [pathToFileURL(report).href]);

  const plain = await open({ javaScriptEnabled: false, colorScheme: "dark" });
  assert.equal(await plain.page.locator("details.finding:visible").count(), all, "all is there without the script");
  assert.ok(!(await plain.page.locator("#filter").isVisible()), "what would do nothing is not shown");
  console.log(`the report holds ${all} findings, filters them, and asks nothing of the network`);
} finally {
  await browser.close();
}
