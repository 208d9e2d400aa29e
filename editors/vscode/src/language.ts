// Which documents are ours: policies, in a language of their own, and templates, which keep theirs.

import { Position, Range, type TextDocument, languages, workspace } from "vscode";
import type { Disposable } from "vscode";

import { LOOKED_AT, looksLikePolicy } from "./recognise";
import { looksLikeTemplate } from "./template";

export const LANGUAGE = "iam-policy";

/** The language of Terraform, which the server may be able to read or not. */
const TERRAFORM = "terraform";

/** The languages of templates: JSON and YAML, and what extensions for CloudFormation call these. */
const TEMPLATES = ["json", "yaml", "cloudformation", "yaml-cloudformation", "json-cloudformation"];

const SCHEMES = ["file", "untitled", "vscode-vfs"];

/** The documents that are all ours. */
export const POLICIES = select([LANGUAGE]);

/** The documents among which the templates are, too. */
export const EVERYTHING = select([LANGUAGE, ...TEMPLATES, TERRAFORM]);

function select(names: string[]): { language: string; scheme: string }[] {
  return names.flatMap((language) => SCHEMES.map((scheme) => ({ language, scheme })));
}

/** More lines than this hold more than is looked at, unless they are all but empty. */
const LINES = 2000;

/** Whether the server is told of a document. */
export function isOurs(document: TextDocument, readsTerraform: boolean): boolean {
  const { languageId } = document;
  return languageId === LANGUAGE || isTemplate(document) || (languageId === TERRAFORM && readsTerraform);
}

/**
 * Whether a document is a template. What was one stays one, as long as its language stays; what was
 * none is looked at again while it is short: somebody may just be writing it.
 */
export function isTemplate(document: TextDocument): boolean {
  const { languageId, version } = document;
  const known = seen.get(document);
  if (known?.languageId === languageId && (known.isTemplate || known.version === version || !isShort(document))) {
    return known.isTemplate;
  }
  const isOne = () => isWanted(document) && looksLikeTemplate(document.uri.path, beginning(document));
  const answer = { languageId, version, isTemplate: TEMPLATES.includes(languageId) && isOne() };
  seen.set(document, answer);
  return answer.isTemplate;
}

const seen = new WeakMap<TextDocument, { languageId: string; version: number; isTemplate: boolean }>();

/** Makes documents that are policies known as such. Each once: who changes its language back means it. */
export class Recogniser {
  private readonly settled = new WeakSet<TextDocument>();

  /** Looks at all documents, from now on. */
  start(): Disposable[] {
    workspace.textDocuments.forEach((document) => this.look(document));
    return [
      workspace.onDidOpenTextDocument((document) => this.look(document)),
      workspace.onDidChangeTextDocument(({ document }) => isShort(document) && this.look(document)),
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
  return document.languageId === "json" && SCHEMES.includes(document.uri.scheme) && isWanted(document);
}

function isWanted(document: TextDocument): boolean {
  return workspace.getConfiguration("keyaki", document).get<boolean>("recognise", true);
}

/** Whether all of a document would be looked at. */
function isShort(document: TextDocument): boolean {
  return document.lineCount < LINES && document.offsetAt(new Position(LINES, 0)) < LOOKED_AT;
}

function beginning(document: TextDocument): string {
  return document.getText(new Range(0, 0, LINES, 0)).slice(0, LOOKED_AT);
}
