// What a policy says to a request: the request is a document to edit, the decision a page below it.

import { EventEmitter, Uri, ViewColumn, commands, window, workspace } from "vscode";
import type { Disposable, Position, TextDocumentContentProvider } from "vscode";

import { LANGUAGE } from "./language";
import type { Server } from "./server";

const SCHEME = "keyaki-simulation";

/** The command of the server; with a request it decides, without one the editor asks for it. */
export const SIMULATE = "keyaki.server.simulate";

/** How long a request rests before it is decided. */
const REST = 200;

/** Which policy of a document is asked. */
interface Subject {
  readonly policy?: string | null;
  readonly at?: Pick<Position, "line" | "character">;
}

/** What a request is put to. */
interface Asked {
  readonly document: string;
  readonly policy: string | null;
}

/** Registers the command, about the policy in the active editor or the one that is given. */
export function registerSimulation(server: Server): Disposable[] {
  const requests = new Map<string, Asked>();
  const changes = new EventEmitter<Uri>();
  const timers = new Map<string, NodeJS.Timeout>();
  const pages: TextDocumentContentProvider = {
    onDidChange: changes.event,
    provideTextDocumentContent: ({ query }) => decision(requests.get(query), query),
  };
  return [
    changes,
    workspace.registerTextDocumentContentProvider(SCHEME, pages),
    commands.registerCommand("keyaki.simulate", async (document?: string, subject?: Subject) => {
      const chosen = document === undefined ? active() : { document, subject };
      if (chosen !== undefined) {
        await server.start();
        const request = await ask(chosen.document, chosen.subject ?? {}, requests);
        await showPage(request);
      }
    }),
    workspace.onDidChangeTextDocument(({ document }) => {
      const key = document.uri.toString();
      if (requests.has(key)) {
        clearTimeout(timers.get(key));
        timers.set(key, setTimeout(() => changes.fire(pageOf(key)), REST));
      }
    }),
    workspace.onDidCloseTextDocument(({ uri }) => {
      clearTimeout(timers.get(uri.toString()));
      requests.delete(uri.toString());
    }),
  ];
}

function active(): { document: string; subject: Subject } | undefined {
  const editor = window.activeTextEditor;
  if (editor?.document.languageId !== LANGUAGE) {
    return undefined;
  }
  const { line, character } = editor.selection.active;
  return { document: editor.document.uri.toString(), subject: { at: { line, character } } };
}

/** Opens a request to begin with, and remembers what it is put to. */
async function ask(document: string, subject: Subject, requests: Map<string, Asked>): Promise<string> {
  const draft = await commands.executeCommand<{ request: string; policy: string | null }>(
    "keyaki.server.draftRequest",
    document,
    subject,
  );
  const request = await workspace.openTextDocument({ language: "json", content: `${draft.request}\n` });
  const key = request.uri.toString();
  requests.set(key, { document, policy: draft.policy });
  await window.showTextDocument(request, { viewColumn: ViewColumn.Beside, preview: false });
  return key;
}

function pageOf(request: string): Uri {
  return Uri.from({ scheme: SCHEME, path: "/Decision.md", query: request });
}

async function showPage(request: string): Promise<void> {
  await commands.executeCommand("workbench.action.newGroupBelow");
  // The usual preview would move here from where it is.
  await commands.executeCommand("vscode.openWith", pageOf(request), "vscode.markdown.preview.editor");
}

async function decision(asked: Asked | undefined, key: string): Promise<string> {
  const request = workspace.textDocuments.find(({ uri }) => uri.toString() === key);
  if (asked === undefined || request === undefined) {
    return "The request is not open any more.";
  }
  const about = { policy: asked.policy, request: request.getText() };
  const answer = await commands.executeCommand<{ markdown: string }>(SIMULATE, asked.document, about);
  return answer.markdown;
}
