// The library that speaks with the server. It is loaded with the first policy, not before.

import { type LogOutputChannel, commands, workspace } from "vscode";
import { CloseAction, ErrorAction, LanguageClient, RevealOutputChannelOn } from "vscode-languageclient/node";

import { SELECTOR } from "./language";
import { SIMULATE } from "./simulate";
import { showView } from "./view";

/** Settings that the server takes when it starts; those that may change later it asks for, too. */
const SETTINGS = ["persona", "select", "ignore", "kind", "proofs", "workspaceDiagnostics"];

/** A connection to the program, to be started. `died` is called when the server ends unasked. */
export function connect(file: string, output: LogOutputChannel, died: () => void): LanguageClient {
  return new LanguageClient("keyaki", "Keyaki", { command: file, args: ["lsp"] }, {
    documentSelector: SELECTOR,
    outputChannel: output,
    traceOutputChannel: output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    diagnosticPullOptions: { onChange: true },
    initializationOptions: initializationOptions(),
    middleware: {
      executeCommand: async (command, args, next) => {
        const [document, about] = args as [unknown, { request?: unknown }?];
        if (command === SIMULATE && about?.request === undefined) {
          return commands.executeCommand("keyaki.simulate", document, about);
        }
        const answer: unknown = await next(command, args);
        if (command !== SIMULATE) {
          await showView(answer);
        }
        return answer;
      },
    },
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        died();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
  });
}

function initializationOptions(): Record<string, unknown> {
  const settings = workspace.getConfiguration("keyaki");
  const chosen = Object.fromEntries(SETTINGS.map((name) => [name, settings.get(name)]));
  return { ...chosen, suggestCommand: "editor.action.triggerSuggest" };
}
