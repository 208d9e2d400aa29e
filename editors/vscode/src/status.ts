// The item in the status bar, and the message when there is no server.

import { StatusBarAlignment, ThemeColor, commands, window } from "vscode";
import type { Disposable } from "vscode";

import { LANGUAGE } from "./language";
import type { Server } from "./server";
import { appearance } from "./state";

/** Shows what the server does: beside policies, and wherever something is wrong. */
export function showStatus(server: Server): Disposable[] {
  const item = window.createStatusBarItem("keyaki.status", StatusBarAlignment.Right, 100);
  item.name = "Keyaki";
  item.command = "keyaki.showOutput";
  const update = () => {
    const { text, tooltip, isProblem } = appearance(server.state);
    item.text = text;
    item.tooltip = tooltip;
    item.backgroundColor = isProblem ? new ThemeColor("statusBarItem.warningBackground") : undefined;
    const isAtPolicy = window.activeTextEditor?.document.languageId === LANGUAGE;
    (isAtPolicy || isProblem ? item.show : item.hide).call(item);
  };
  update();
  return [item, server.onDidChange(update), window.onDidChangeActiveTextEditor(update), server.onDidChange(() => tellProblem(server))];
}

async function tellProblem({ state }: Server): Promise<void> {
  if (state.is !== "failed") {
    return;
  }
  const choices = { "Open Settings": ["workbench.action.openSettings", "keyaki.path"], "Show Output": ["keyaki.showOutput"] };
  const chosen = await window.showErrorMessage(`Keyaki: ${state.problem}`, ...Object.keys(choices));
  const command = choices[chosen as keyof typeof choices];
  if (command !== undefined) {
    await commands.executeCommand(...(command as [string, ...string[]]));
  }
}
