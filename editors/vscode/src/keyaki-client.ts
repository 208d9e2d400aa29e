// The library that speaks with the server. It is loaded with the first policy, not before.

import { type LogOutputChannel, type TextDocument, commands, workspace } from "vscode";
import { CloseAction, ErrorAction, LanguageClient, RevealOutputChannelOn } from "vscode-languageclient/node";
import type { DynamicFeature, StaticFeature } from "vscode-languageclient/node";

import { EVERYTHING, POLICIES, isOurs } from "./language";
import { SIMULATE } from "./simulate";
import { showView } from "./view";

/** Settings that the server takes when it starts; those that may change later it asks for, too. */
const SETTINGS = ["persona", "select", "ignore", "kind", "proofs", "workspaceDiagnostics"];

/** What templates get beside policies. All else, such as a formatter, they have from elsewhere. */
const FOR_TEMPLATES = ["didOpen", "didChange", "didClose", "diagnostic", "codeAction", "definition", "references", "rename", "documentHighlight", "linkedEditingRange"]
  .map((name) => `textDocument/${name}`);

/** A connection to the program, to be started. `died` is called when the server ends unasked. */
export function connect(file: string, output: LogOutputChannel, died: () => void): LanguageClient {
  const isTold = (document: TextDocument) => isOurs(document, readsTerraform(client));
  /** The documents that the server knows. */
  const told = new Set<string>();
  const client: LanguageClient = new Client("keyaki", "Keyaki", { command: file, args: ["lsp"] }, {
    documentSelector: EVERYTHING,
    outputChannel: output,
    traceOutputChannel: output,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    diagnosticPullOptions: { onChange: true },
    initializationOptions: initializationOptions(),
    middleware: {
      didOpen: async (document, next) => {
        if (isTold(document)) {
          told.add(document.uri.toString());
          await next(document);
        }
      },
      didChange: async (change, next) => {
        const { document } = change;
        if (told.has(document.uri.toString())) {
          await next(change);
        } else if (isTold(document)) {
          // It has become a template while it was typed.
          await client.getFeature("textDocument/didOpen").getProvider(document)?.send(document);
        }
      },
      didClose: async (document, next) => {
        told.delete(document.uri.toString());
        await next(document);
      },
      // Closing is always told: only then does the library forget that it knows of a document,
      // and asks for its diagnostics when it comes again in another language.
      provideDiagnostics: (document, previous, token, next) => {
        const isKnown = !("fileName" in document) || isTold(document);
        return isKnown ? next(document, previous, token) : undefined;
      },
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
  return client;
}

/** The library's client, in which most features are for policies alone. */
class Client extends LanguageClient {
  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    const isNarrow = "registrationType" in feature && !FOR_TEMPLATES.includes(feature.registrationType.method);
    if (isNarrow) {
      const initialize = feature.initialize.bind(feature);
      feature.initialize = (capabilities, selector) => initialize(capabilities, selector && POLICIES);
    }
    super.registerFeature(feature);
  }
}

/** Whether the server reads Terraform's language; it says so when it starts. */
export function readsTerraform(client: LanguageClient): boolean {
  const own = client.initializeResult?.capabilities.experimental as { keyaki?: { readsTerraform?: boolean } } | undefined;
  return own?.keyaki?.readsTerraform === true;
}

function initializationOptions(): Record<string, unknown> {
  const settings = workspace.getConfiguration("keyaki");
  const chosen = Object.fromEntries(SETTINGS.map((name) => [name, settings.get(name)]));
  return { ...chosen, suggestCommand: "editor.action.triggerSuggest" };
}
