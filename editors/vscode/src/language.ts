// Which documents are ours: those in the language of policies, and how others become that.

import { Range, type TextDocument, languages, workspace } from "vscode";
import type { Disposable } from "vscode";

import { LOOKED_AT, looksLikePolicy } from "./recognise";

export const LANGUAGE = "iam-policy";

const SCHEMES = ["file", "untitled", "vscode-vfs"];

/** The documents that the server is told of. */
export const SELECTOR = SCHEMES.map((scheme) => ({ language: LANGUAGE, scheme }));

/** More lines than this hold more than is looked at, unless they are all but empty. */
const LINES = 2000;

/** Makes documents that are policies known as such. Each once: who changes its language back means it. */
export class Recogniser {
  private readonly settled = new WeakSet<TextDocument>();

  /** Looks at all documents, from now on. */
  start(): Disposable[] {
    workspace.textDocuments.forEach((document) => this.look(document));
    return [
      workspace.onDidOpenTextDocument((document) => this.look(document)),
      workspace.onDidSaveTextDocument((document) => this.look(document)),
    ];
  }

  private look(document: TextDocument): void {
    if (this.settled.has(document) || !isCandidate(document) || !looksLikePolicy(beginning(document))) {
      return;
    }
    this.settled.add(document);
    void languages.setTextDocumentLanguage(document, LANGUAGE);
  }
}

function isCandidate(document: TextDocument): boolean {
  const isWanted = () => workspace.getConfiguration("keyaki", document).get<boolean>("recognise", true);
  return document.languageId === "json" && SCHEMES.includes(document.uri.scheme) && isWanted();
}

function beginning(document: TextDocument): string {
  return document.getText(new Range(0, 0, LINES, 0)).slice(0, LOOKED_AT);
}
