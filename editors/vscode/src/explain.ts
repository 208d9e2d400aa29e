// `keyaki explain` about what the cursor is at, as a page.

import { Uri, ViewColumn, commands, languages, window, workspace } from "vscode";
import type { Disposable, TextDocumentContentProvider, TextEditor } from "vscode";

import { run } from "./program";
import type { Server } from "./server";
import { subjectAt } from "./subject";

const SCHEME = "keyaki";

/** Registers the command and the pages that it opens. */
export function registerExplain(server: Server): Disposable[] {
  const pages: TextDocumentContentProvider = {
    provideTextDocumentContent: (uri) => explanation(server, uri.query),
  };
  return [
    workspace.registerTextDocumentContentProvider(SCHEME, pages),
    commands.registerTextEditorCommand("keyaki.explain", (editor) => void explain(server, editor)),
  ];
}

async function explain(server: Server, editor: TextEditor): Promise<void> {
  const rule = ruleAt(editor);
  const subject = rule ?? wordAt(editor);
  if (subject === undefined) {
    return;
  }
  try {
    await explanation(server, subject);
  } catch {
    void window.showInformationMessage(`Keyaki has nothing to tell about ${subject}`);
    return;
  }
  await open(subject, rule !== undefined);
}

/** Rules are explained in Markdown, all else in plain text. */
async function open(subject: string, isMarkdown: boolean): Promise<void> {
  const name = subject.replaceAll(/[^\w.-]/g, "_") + (isMarkdown ? ".md" : ".txt");
  const uri = Uri.from({ scheme: SCHEME, path: `/${name}`, query: subject });
  if (isMarkdown) {
    await commands.executeCommand("markdown.showPreviewToSide", uri);
  } else {
    await window.showTextDocument(uri, { viewColumn: ViewColumn.Beside, preview: true, preserveFocus: true });
  }
}

function explanation({ state }: Server, subject: string): Promise<string> {
  if (state.is !== "running") {
    return Promise.reject(new Error("the server does not run"));
  }
  return run(state.file, ["explain", "--", subject]);
}

/** The rule of the smallest finding around the cursor. */
function ruleAt({ document, selection }: TextEditor): string | undefined {
  const here = languages
    .getDiagnostics(document.uri)
    .filter((finding) => finding.source === "keyaki" && finding.range.contains(selection.active))
    .sort((a, b) => (a.range.contains(b.range) ? 1 : -1));
  const code = here[0]?.code;
  return typeof code === "object" ? String(code.value) : code?.toString();
}

function wordAt({ document, selection }: TextEditor): string | undefined {
  return subjectAt(document.lineAt(selection.active.line).text, selection.active.character);
}
