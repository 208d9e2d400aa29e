// What the server is doing, and how that is said.

/** What the server is doing. */
export type State =
  | { readonly is: "idle" }
  | { readonly is: "starting" }
  | { readonly is: "running"; readonly version: string; readonly file: string }
  | { readonly is: "waiting"; readonly delay: number }
  | { readonly is: "failed"; readonly problem: string };

/** How a state looks in the status bar. */
export interface Appearance {
  readonly text: string;
  readonly tooltip: string;
  readonly isProblem: boolean;
}

export function appearance(state: State): Appearance {
  switch (state.is) {
    case "idle":
      return { text: "Keyaki", tooltip: "Starts with the first policy", isProblem: false };
    case "starting":
      return { text: "$(sync~spin) Keyaki", tooltip: "Starting", isProblem: false };
    case "running":
      return { text: `$(check) Keyaki ${state.version}`, tooltip: state.file, isProblem: false };
    case "waiting":
      return {
        text: "$(sync~spin) Keyaki",
        tooltip: `The server ended by itself; next try in ${state.delay / 1000} s`,
        isProblem: true,
      };
    case "failed":
      return { text: "$(error) Keyaki", tooltip: state.problem, isProblem: true };
  }
}
