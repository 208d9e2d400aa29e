// Claims about the policy in the active editor: chosen from a list, proved or refuted by the server.

import { type Disposable, type QuickPickItem, commands, window } from "vscode";

import { LANGUAGE } from "./language";
import { patterns } from "./patterns";
import type { Server } from "./server";

/** What is to hold of a policy, as the server takes it. */
interface Question {
  readonly question: string;
  readonly actions?: string[];
}

const CLAIMS: (QuickPickItem & Question)[] = [
  { question: "no-public-access", label: "Nothing is granted to the public" },
  { question: "access-not-granted", label: "Some actions are not granted…" },
  { question: "no-new-access", label: "Nothing is allowed that HEAD does not allow" },
  { question: "equivalent", label: "The same is allowed as in HEAD" },
  { question: "always-denied", label: "Every request is refused" },
];

/** Registers the command. A question that is given is not asked for. */
export function registerProofs(server: Server): Disposable[] {
  return [
    commands.registerCommand("keyaki.prove", async (given?: Question) => {
      const editor = window.activeTextEditor;
      if (editor?.document.languageId !== LANGUAGE) {
        return;
      }
      const question = given ?? (await choose());
      if (question !== undefined) {
        await server.start();
        const { line, character } = editor.selection.active;
        const about = { at: { line, character }, question };
        await commands.executeCommand("keyaki.server.prove", editor.document.uri.toString(), about);
      }
    }),
  ];
}

async function choose(): Promise<Question | undefined> {
  const title = "What is to hold of this policy?";
  const claim = await window.showQuickPick(CLAIMS, { title });
  if (claim?.question !== "access-not-granted") {
    return claim && { question: claim.question };
  }
  const text = await window.showInputBox({ title: "Which actions are not granted?", placeHolder: "iam:*, s3:Put*" });
  const actions = patterns(text);
  return actions.length === 0 ? undefined : { question: claim.question, actions };
}
