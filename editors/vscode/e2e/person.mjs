// What a person does with a policy: reads what is wrong, mends it, asks what a name means, types.

import assert from "node:assert/strict";
import { join } from "node:path";

import { address, picture, remote } from "./workbench.mjs";

const PATIENCE = 60_000;

/** Works on `reports.policy.json`. */
export async function workAsPerson(page, host, folder) {
  page.setDefaultTimeout(PATIENCE);
  const start = Date.now();
  await page.goto(address(host, folder, [["openFile", remote(host, join(folder, "reports.policy.json"))]]));
  await page.locator(".monaco-editor .squiggly-warning").first().waitFor();
  console.log(`first squiggle ${Date.now() - start} ms after the page was asked for`);
  await readsWhatIsWrong(page);
  await asksWhatAPatternMeans(page);
  await mendsIt(page);
  await seesWhatItGrants(page);
  await types(page);
  await seesTheServer(page);
  await seesThatAPolicyIsPublic(page, host, folder);
}

/** Opens a policy though the program is not where the setting says. */
export async function missesTheProgram(page, host, folder) {
  page.setDefaultTimeout(PATIENCE);
  await page.goto(address(host, folder, [["openFile", remote(host, join(folder, "role.json"))]]));
  await page.locator(".part.statusbar .warning-kind", { hasText: "Keyaki" }).waitFor();
  await page.locator('[id="status.notifications"]').click();
  const message = await textOf(page, ".notifications-center", /Keyaki/);
  assert.match(message, /The setting keyaki.path names no file: \/nowhere\/keyaki/);
  assert.match(message, /Open Settings/);
}

async function readsWhatIsWrong(page) {
  const hover = await restOn(page, "PrincipalOrgID", /requests without the key pass the test/);
  assert.match(hover, /`?aws:PrincipalOrgID`? has one value/);
  assert.match(hover, /keyaki\s*\(?forallvalues-with-single-valued-key/);
  await picture(page, "1-finding");
}

async function asksWhatAPatternMeans(page) {
  assert.match(await restOn(page, "List", /ListBucket/), /\d+ actions/);
  assert.match(await textOf(page, ".monaco-editor .view-lines", /= \d+ actions/), /= \d+ actions/);
  await picture(page, "2-hover");
}

async function seesWhatItGrants(page) {
  assert.match(await textOf(page, ".monaco-editor .codelens-decoration", /grants [1-9]/), /grants \d+ actions/);
}

async function mendsIt(page) {
  await page.keyboard.press("Escape");
  await word(page, "PrincipalOrgID").click();
  await page.mouse.move(5, 5);
  const fix = page.locator(".action-widget .monaco-list-row", { hasText: "(allows less)" }).first();
  await pressUntilSeen(page, "Control+.", fix);
  await picture(page, "3-fixes");
  await fix.click();
  await textOf(page, ".monaco-editor .view-lines", /"StringEquals": \{/);
  await page.locator(".monaco-editor .squiggly-warning").waitFor({ state: "detached" });
}

async function types(page) {
  await word(page, "GetObject").click();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.type(', "s3:PutObjectTagg', { delay: 30 });
  const row = page.locator(".suggest-widget .monaco-list-row.focused", { hasText: "s3:PutObjectTagging" });
  await row.waitFor();
  await picture(page, "4-suggestions");
  await page.keyboard.press("Enter");
  await textOf(page, ".monaco-editor .view-lines", /"s3:List\*"[^\]]*, "s3:PutObjectTagging"\]/);
}

async function seesTheServer(page) {
  assert.match(await textOf(page, ".part.statusbar", /Keyaki \d/), /Keyaki \d+\.\d+\.\d+/);
  assert.match(await page.locator(".part.statusbar").innerText(), /IAM Policy/);
}

async function seesThatAPolicyIsPublic(page, host, folder) {
  await page.goto(address(host, folder, [["openFile", remote(host, join(folder, "logs.policy.json"))]]));
  const lens = page.locator(".monaco-editor .codelens-decoration a", { hasText: "grants 2 actions, 1 write, public" });
  await lens.waitFor();
  await picture(page, "5-public");
  await lens.click();
  await textOf(page, ".part.statusbar", /Ln 7, Col 23 \(3 selected\)/);
  await page.locator(".monaco-editor .codelens-decoration a", { hasText: "explain" }).first().click();
  const preview = page.frameLocator("iframe.webview").frameLocator("iframe");
  await preview.locator("h2", { hasText: "Statement 1: ReadReports" }).waitFor();
  await picture(page, "6-explanation");
}

/** Rests on a word until its hover says something; again, as lines above and hints move what is below the mouse. */
async function restOn(page, text, pattern) {
  for (let tries = 0; ; tries += 1) {
    await page.mouse.move(5, 5);
    await word(page, text).hover();
    try {
      return await textOf(page, ".monaco-hover:visible", pattern, 8000);
    } catch (error) {
      if (tries === 6) {
        throw error;
      }
    }
  }
}

/** Presses a key, again when nothing comes of it: what the editor shows at the same time may close a menu. */
async function pressUntilSeen(page, key, wanted) {
  const deadline = Date.now() + PATIENCE;
  do {
    assert.ok(Date.now() < deadline, `${key} shows nothing`);
    await page.keyboard.press(key);
  } while (!(await wanted.waitFor({ timeout: 5000 }).then(() => true, () => false)));
}

function word(page, text) {
  return page.locator(".monaco-editor .view-line span span", { hasText: text }).first();
}

/** The text of a part of the page, as soon as it says what it should. */
async function textOf(page, selector, pattern, patience = PATIENCE) {
  const deadline = Date.now() + patience;
  for (;;) {
    const texts = await page.locator(selector).allInnerTexts();
    const text = texts.join("\n").replaceAll("\u00a0", " ");
    if (pattern.test(text)) {
      return text;
    }
    assert.ok(Date.now() < deadline, `no ${pattern} in: ${text}`);
    await page.waitForTimeout(100);
  }
}
