// Tests that run in the extension host: what the extension does, asked through the editor's interface.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import * as vscode from "vscode";

const PATIENCE = 30_000;

/** The tests, in order: they work on one folder. */
const TESTS: Record<string, () => Promise<void>> = {
  "all commands of the manifest exist": async () => {
    const extension = vscode.extensions.getExtension("keyaki.keyaki");
    await extension?.activate();
    const commands: { command: string }[] = extension?.packageJSON.contributes.commands;
    const known = await vscode.commands.getCommands(true);
    assert.deepEqual(commands.filter(({ command }) => !known.includes(command)), []);
  },

  "other JSON files stay what they are, and start no server": async () => {
    const document = await open("inventory.json");
    await pause(500);
    assert.equal(document.languageId, "json");
    assert.deepEqual(servers(), []);
  },

  "other YAML files start no server either": async () => {
    const document = await open("values.yaml");
    await pause(500);
    assert.equal(document.languageId, "yaml");
    assert.deepEqual(servers(), []);
  },

  "a template keeps its language, and gets findings and a fix": async () => {
    const document = await open("stack.yaml");
    const [finding] = await findings(document, 1);
    assert.equal(document.getText(finding!.range), "Read-reports");
    assert.equal(document.languageId, "yaml");
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>("vscode.executeCodeActionProvider", document.uri, finding!.range, undefined, 20);
    const fix = actions.find(({ title }) => title.includes("ReadReports"));
    assert.ok(await vscode.workspace.applyEdit(fix!.edit!));
    await findings(document, 0);
    await vscode.workspace.save(document.uri);
    const formatters = await vscode.commands.executeCommand("vscode.executeFormatDocumentProvider", document.uri, {});
    assert.equal(formatters, undefined);
  },

  "a policy is listed, folded, followed and renamed": async () => {
    const document = await open("logs.policy.json");
    const ask = <T>(command: string, ...words: unknown[]) => vscode.commands.executeCommand<T>(`vscode.execute${command}`, document.uri, ...words);
    const name = at(document, "ReadReports");
    await until("the outline", async () => (await ask<vscode.DocumentSymbol[]>("DocumentSymbolProvider"))?.length === 3);
    const found = await vscode.commands.executeCommand<vscode.SymbolInformation[]>("vscode.executeWorkspaceSymbolProvider", "RefusePlain");
    assert.deepEqual(found.map((symbol) => symbol.name), ["RefusePlainHttp"]);
    const folds = await ask<vscode.FoldingRange[]>("FoldingRangeProvider");
    assert.ok(folds.some(({ start, end }) => start === 3 && end === 8));
    const [selection] = await ask<vscode.SelectionRange[]>("SelectionRangeProvider", [name]);
    const grown: string[] = [];
    for (let range: vscode.SelectionRange | undefined = selection; range; range = range.parent) {
      grown.push(document.getText(range.range));
    }
    assert.ok(grown.includes("ReadReports") && grown.includes('"Sid": "ReadReports"'), grown.join("\n"));
    assert.equal((await ask<vscode.DocumentHighlight[]>("DocumentHighlights", at(document, "s3:GetObject"))).length, 2);
    assert.equal((await ask<vscode.Location[]>("ReferenceProvider", name)).length, 1);
    const renaming = await ask<vscode.WorkspaceEdit>("DocumentRenameProvider", name, "ReadAll");
    assert.deepEqual(renaming.get(document.uri).map(({ newText }) => newText), ["ReadAll"]);
  },

  "a template that is typed into a new document is recognised": async () => {
    const policy = "{Version: '2012-10-17', Statement: {Sid: a-b, Effect: Allow, Action: s3:GetObject, Resource: '*'}}";
    const document = await typed("yaml", `Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument: ${policy}\n`);
    const [finding] = await findings(document, 1);
    assert.equal(document.getText(finding!.range), "a-b");
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  },

  "a policy that is typed into a new document becomes one": async () => {
    const document = await typed("json", '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "*"}}');
    await until("the language", () => document.languageId === "iam-policy");
    await findings(document, 1);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  },

  "a policy is followed from where a template names it, and renamed": async () => {
    const document = await open("stack.yaml");
    const use = document.positionAt(document.getText().indexOf("!Ref ReadReports") + 7);
    const [defined] = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>("vscode.executeDefinitionProvider", document.uri, use);
    assert.equal(defined && "range" in defined && defined.range.start.line, 2);
    const places = await vscode.commands.executeCommand<vscode.Location[]>("vscode.executeReferenceProvider", document.uri, use);
    assert.deepEqual(places.map(({ range }) => range.start.line), [2, 16]);
    const renaming = await vscode.commands.executeCommand<vscode.WorkspaceEdit>("vscode.executeDocumentRenameProvider", document.uri, use, "Readers");
    assert.equal(renaming.get(document.uri).length, 2);
  },

  "a JSON file that holds a policy becomes one, with findings": async () => {
    const document = await open("role.json");
    await until("the language", () => document.languageId === "iam-policy");
    const [finding] = await findings(document, 1);
    assert.match(finding?.message ?? "", /`s3` defines no action `GetObjekt`/);
    assert.equal(servers().length, 1);
  },

  "who turns a policy back into JSON is not overruled": async () => {
    const document = await open("role.json");
    await vscode.languages.setTextDocumentLanguage(document, "json");
    await findings(document, 0);
    await pause(500);
    assert.equal(document.languageId, "json");
    await vscode.languages.setTextDocumentLanguage(document, "iam-policy");
    await findings(document, 1);
  },

  "the page of a rule is shown beside its finding": async () => {
    const document = await open("role.json");
    const [finding] = await findings(document, 1);
    await explainAt(document, finding!.range.start);
    await until("the page", () => tabNames().some((name) => name.includes("invalid-action.md")));
  },

  "a pattern is explained where nothing is wrong": async () => {
    const document = await open("reports.policy.json");
    await explainAt(document, at(document, "s3:List*"));
    await until("the page", () => tabNames().some((name) => name.includes("s3_List_.txt")));
    const page = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === "keyaki" && uri.query === "s3:List*");
    assert.match(page?.getText() ?? "", /s3:ListBucket/);
  },

  "a public policy is proved to be one, said above it and among the findings": async () => {
    const document = await open("logs.policy.json");
    await until("the proof", () => vscode.languages.getDiagnostics(document.uri).some(({ code }) => nameOf(code) === "public-access"));
    await until("the line above", async () => (await lensTitles(document)).includes("grants 2 actions, 1 write, public"));
  },

  "a policy is explained in words beside it": async () => {
    const document = await open("logs.policy.json");
    await vscode.commands.executeCommand("keyaki.explainPolicy");
    await until("the page", () => tabNames().some((name) => name.includes("logs.policy.json.md")));
    const page = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === "keyaki-policy" && uri.path.startsWith("/explanation/"));
    assert.match(page?.getText() ?? "", /\*\*Public\*\*, proved by a request/);
    assert.match(page?.getText() ?? "", /## Statement 1: ReadReports/);
    assert.equal(document.isDirty, false);
  },

  "access is compared with the last commit by the line above the policy": async () => {
    const document = await open("logs.policy.json");
    const folder = join(document.uri.fsPath, "..");
    const git = (...words: string[]) => execFileSync("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", ...words]);
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--no-gpg-sign", "-m", "policies");
    await edit(document, "s3:GetObject", "s3:Get*");
    const lens = (await lenses(document)).find(({ command }) => command?.title === "compare with HEAD");
    await vscode.commands.executeCommand(lens?.command?.command ?? "", ...(lens?.command?.arguments ?? []));
    const page = () => vscode.workspace.textDocuments.find(({ uri }) => uri.path.startsWith("/comparison/"));
    await until("the page", () => /## Gained\s+- `s3:GetObjectAcl`/.test(page()?.getText() ?? ""));
    await edit(document, "s3:Get*", "s3:GetObject");
  },

  "a request is simulated from the line above a policy, and again when it is edited": async () => {
    const document = await open("logs.policy.json");
    const lens = (await lenses(document)).find(({ command }) => command?.title === "simulate…");
    await vscode.commands.executeCommand(lens?.command?.command ?? "", ...(lens?.command?.arguments ?? []));
    const page = () => vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === "keyaki-simulation");
    await until("the decision", () => page()?.getText().startsWith("# Allowed\n") === true);
    const request = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === page()?.uri.query);
    const change = new vscode.WorkspaceEdit();
    const action = /"action": "[^"]*"/.exec(request!.getText())![0];
    const start = request!.positionAt(request!.getText().indexOf(action));
    const end = request!.positionAt(request!.getText().indexOf(action) + action.length);
    change.replace(request!.uri, new vscode.Range(start, end), '"action": "s3:DeleteBucket"');
    await vscode.workspace.applyEdit(change);
    await until("another decision", () => page()?.getText().startsWith("# Not allowed") === true);
  },

  "a claim is refuted by a request, on a page": async () => {
    await open("logs.policy.json");
    await vscode.commands.executeCommand("keyaki.prove", { question: "no-public-access" });
    const page = () => vscode.workspace.textDocuments.find(({ uri }) => uri.path.startsWith("/proof/"));
    await until("the page", () => page()?.getText().startsWith("# Refuted") === true);
  },

  "all safe fixes are applied by command": async () => {
    const document = await open("tidy.policy.json");
    await findings(document, 1);
    // A page that was opened before may take the focus once it is there.
    await until("the fixes", async () => {
      await open("tidy.policy.json");
      await vscode.commands.executeCommand("keyaki.fixAll");
      // What was chosen may be applied a little later; a second time would be one too many.
      for (let tries = 0; tries < 40 && !document.isDirty; tries += 1) {
        await pause(50);
      }
      return document.isDirty;
    });
    await findings(document, 0);
    assert.match(document.getText(), /"Action": \["s3:Get\*"\]|"Action": "s3:Get\*"/);
  },

  "a document is brought into order by command, and laid out by the editor's": async () => {
    const text = '{"Statement":[{"Resource":"*","Action":"s3:ListAllMyBuckets","Effect":"Allow"}],"Version":"2012-10-17"}';
    const document = await vscode.workspace.openTextDocument({ language: "iam-policy", content: text });
    await vscode.window.showTextDocument(document);
    await until("the order", async () => {
      await vscode.commands.executeCommand("keyaki.organize");
      return document.getText().indexOf("Version") < document.getText().indexOf("Statement");
    });
    await vscode.commands.executeCommand("editor.action.formatDocument");
    await until("the layout", () => document.lineCount > 5);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  },

  "a setting takes effect while the server runs": async () => {
    const document = await open("role.json");
    const settings = vscode.workspace.getConfiguration("keyaki");
    await settings.update("ignore", ["invalid-action"], vscode.ConfigurationTarget.Workspace);
    await findings(document, 0);
    await settings.update("ignore", undefined, vscode.ConfigurationTarget.Workspace);
    await findings(document, 1);
  },

  "a server that dies comes back": async () => {
    const document = await open("role.json");
    const [first] = servers();
    process.kill(first!, "SIGKILL");
    await until("the end", () => !servers().includes(first!));
    await until("another server", () => servers().length === 1);
    await findings(document, 1);
  },

  "a server that keeps dying is given up": async () => {
    for (const seconds of [1, 2, 4]) {
      const [server] = servers();
      process.kill(server!, "SIGKILL");
      await until("the end", () => !servers().includes(server!));
      await until(`another server after ${seconds} s`, () => servers().length === 1);
      await pause(500);
    }
    process.kill(servers()[0]!, "SIGKILL");
    await until("the end", () => servers().length === 0);
    await pause(9000);
    assert.deepEqual(servers(), []);
  },

  "the server is restarted by command, and there is one at a time": async () => {
    const before = servers();
    await Promise.all([1, 2, 3].map(() => vscode.commands.executeCommand("keyaki.restart")));
    await findings(await open("role.json"), 1);
    assert.equal(servers().length, 1);
    assert.notDeepEqual(servers(), before);
  },

  "without the program nothing runs, until the setting is mended": async () => {
    const document = await open("role.json");
    const settings = vscode.workspace.getConfiguration("keyaki");
    for (const program of ["/nowhere/keyaki", "/bin/true", "/etc/passwd"]) {
      await settings.update("path", program, vscode.ConfigurationTarget.Workspace);
      await findings(document, 0);
      assert.deepEqual(servers(), []);
    }
    await settings.update("path", undefined, vscode.ConfigurationTarget.Workspace);
    await findings(document, 1);
  },

  "files that are not open are checked where that is wanted": async () => {
    const settings = vscode.workspace.getConfiguration("keyaki");
    await settings.update("workspaceDiagnostics", true, vscode.ConfigurationTarget.Workspace);
    await until("findings of all files", () => everything().includes("unopened.json"));
    await settings.update("workspaceDiagnostics", undefined, vscode.ConfigurationTarget.Workspace);
  },
};

/** What the workbench calls. */
export async function run(): Promise<void> {
  for (const [name, test] of Object.entries(TESTS)) {
    const start = performance.now();
    await test().catch((error: Error) => {
      console.log(`failed: ${name}: ${error.message}`);
      throw error;
    });
    console.log(`ok: ${name} (${Math.round(performance.now() - start)} ms)`);
  }
}

async function open(name: string): Promise<vscode.TextDocument> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? assert.fail("no folder");
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, name));
  await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
  return document;
}

/** A new document into which a text was typed letter by letter. */
async function typed(language: string, text: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument({ language });
  const editor = await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
  for (const letter of text) {
    // An edit is refused while the document's language changes.
    await until("the letter", async () => editor.edit((change) => change.insert(document.positionAt(document.getText().length), letter)));
  }
  return document;
}

/** The findings of a document, once there are so many. */
async function findings(document: vscode.TextDocument, count: number): Promise<vscode.Diagnostic[]> {
  const now = () => vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === "keyaki");
  const seen = () => `${now().map(({ message }) => message).join("; ")} in: ${document.getText()}`;
  await until(`${count} findings`, () => now().length === count).catch((error: Error) => {
    throw new Error(`${error.message}, but ${seen()}`);
  });
  return now();
}

/** The names of all files with findings. */
function everything(): string[] {
  return vscode.languages.getDiagnostics().filter(([, found]) => found.length > 0).map(([uri]) => basename(uri.path));
}

async function explainAt(document: vscode.TextDocument, place: vscode.Position): Promise<void> {
  const editor = await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
  editor.selection = new vscode.Selection(place, place);
  await vscode.commands.executeCommand("keyaki.explain");
}

function nameOf(code: vscode.Diagnostic["code"]): string | undefined {
  return typeof code === "object" ? String(code.value) : code?.toString();
}

async function lenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
  return vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", document.uri, 100);
}

async function lensTitles(document: vscode.TextDocument): Promise<string[]> {
  return (await lenses(document)).map(({ command }) => command?.title ?? "");
}

/** Replaces one text by another, once. */
async function edit(document: vscode.TextDocument, old: string, fresh: string): Promise<void> {
  const start = document.getText().indexOf(old);
  const change = new vscode.WorkspaceEdit();
  change.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(start + old.length)), fresh);
  assert.ok(await vscode.workspace.applyEdit(change));
}

function at(document: vscode.TextDocument, text: string): vscode.Position {
  return document.positionAt(document.getText().indexOf(text) + 1);
}

function tabNames(): string[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));
}

/** The servers that this extension host has started. */
function servers(): number[] {
  const numbers = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return numbers.filter((number) => isServer(number)).map(Number);
}

function isServer(number: string): boolean {
  try {
    const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(join("/proc", number, "status"), "utf8"))?.[1];
    const [program, command] = readFileSync(join("/proc", number, "cmdline"), "utf8").split("\0");
    return Number(parent) === process.pid && basename(program ?? "") === "keyaki" && command === "lsp";
  } catch {
    return false; // It ended in between.
  }
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, `${what} did not come`);
    await pause(50);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
