// Pages that the server makes of a policy: in words, and against the last commit.

import { type Disposable, Uri, commands, window } from "vscode";

import { LANGUAGE } from "./language";
import type { Server } from "./server";

/** The commands of the palette, and those of the server that they stand for. */
const COMMANDS = {
  "keyaki.explainPolicy": "keyaki.server.explainPolicy",
  "keyaki.compareWithHead": "keyaki.server.compareWithHead",
};

/** Registers the commands, about the policy in the active editor. */
export function registerViews(server: Server): Disposable[] {
  return Object.entries(COMMANDS).map(([ours, theirs]) =>
    commands.registerCommand(ours, async () => {
      const document = window.activeTextEditor?.document;
      if (document?.languageId === LANGUAGE) {
        await server.start();
        await commands.executeCommand(theirs, document.uri.toString());
      }
    }),
  );
}

/** Shows what the server answered, if that is a page. */
export async function showView(answer: unknown): Promise<void> {
  const uri = (answer as { uri?: unknown } | null)?.uri;
  if (typeof uri === "string" && uri.startsWith("keyaki-policy:")) {
    await commands.executeCommand("markdown.showPreviewToSide", Uri.parse(uri));
  }
}
