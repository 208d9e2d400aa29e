// What the editor calls: wires the parts together.

import { type ExtensionContext, type TextDocument, commands, window, workspace } from "vscode";

import { registerExplain } from "./explain";
import { LANGUAGE, Recogniser, isTemplate } from "./language";
import { registerProofs } from "./prove";
import { Server } from "./server";
import { registerSimulation } from "./simulate";
import { showStatus } from "./status";
import { registerViews } from "./view";

/** Settings that the server is told once, when it starts. */
const READ_AT_START = ["keyaki.path", "keyaki.workspaceDiagnostics"];

let server: Server | undefined;

export function activate(context: ExtensionContext): void {
  const output = window.createOutputChannel("Keyaki", { log: true });
  const ours = (server = new Server(context.extensionPath, output));
  const startFor = (document: TextDocument) => {
    // Whether Terraform is read, the server alone can tell.
    if ([LANGUAGE, "terraform"].includes(document.languageId) || isTemplate(document)) {
      void ours.start();
    }
  };
  context.subscriptions.push(
    output,
    ...showStatus(ours),
    ...registerExplain(ours),
    ...registerViews(ours),
    ...registerProofs(ours),
    ...registerSimulation(ours),
    commands.registerCommand("keyaki.restart", () => ours.restart()),
    commands.registerCommand("keyaki.showOutput", () => output.show()),
    commands.registerCommand("keyaki.showVersion", () => showVersion(ours, context)),
    commands.registerCommand("keyaki.fixAll", () => applyAction("source.fixAll.keyaki")),
    commands.registerCommand("keyaki.organize", () => applyAction("source.organizePolicy.keyaki")),
    workspace.onDidOpenTextDocument(startFor),
    workspace.onDidChangeTextDocument(({ document }) => startFor(document)),
    workspace.onDidChangeConfiguration((change) => {
      if (ours.state.is !== "idle" && READ_AT_START.some((setting) => change.affectsConfiguration(setting))) {
        void ours.restart();
      }
    }),
    ...new Recogniser().start(),
  );
  workspace.textDocuments.forEach(startFor);
  if (workspace.getConfiguration("keyaki").get("workspaceDiagnostics")) {
    void ours.start();
  }
}

export function deactivate(): Promise<void> | undefined {
  return server?.dispose();
}

function applyAction(kind: string): Thenable<unknown> {
  return commands.executeCommand("editor.action.sourceAction", { kind, apply: "first" });
}

async function showVersion({ state }: Server, context: ExtensionContext): Promise<void> {
  const ours = (context.extension.packageJSON as { version: string }).version;
  const theirs = state.is === "running" ? `program ${state.version} (${state.file})` : "the program does not run";
  await window.showInformationMessage(`Keyaki: extension ${ours}, ${theirs}`);
}
