// The server of this window: started, stopped, and started again when it dies.

import { EventEmitter, type LogOutputChannel } from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";

import { Backoff } from "./backoff";
import { program } from "./program";
import type { State } from "./state";

/** The server. It is in one state at a time; commands to it run one after the other. */
export class Server {
  private readonly changes = new EventEmitter<State>();
  readonly onDidChange = this.changes.event;
  private current: State = { is: "idle" };
  private client: LanguageClient | undefined;
  private readonly backoff = new Backoff();
  private retry: NodeJS.Timeout | undefined;
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly extensionFolder: string,
    private readonly output: LogOutputChannel,
  ) {}

  get state(): State {
    return this.current;
  }

  /** Starts it unless that was done before. */
  start(): Promise<void> {
    return this.inTurn(() => (this.current.is === "idle" ? this.launch() : Promise.resolve()));
  }

  /** Starts it anew, with what the settings are now. */
  restart(): Promise<void> {
    this.backoff.reset();
    return this.relaunch();
  }

  /** Ends it for good. */
  async dispose(): Promise<void> {
    await this.inTurn(() => this.end());
    this.changes.dispose();
  }

  private relaunch(): Promise<void> {
    return this.inTurn(async () => {
      await this.end();
      await this.launch();
    });
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(work).catch((error: unknown) => this.fail(error));
    return this.queue;
  }

  private async launch(): Promise<void> {
    this.become({ is: "starting" });
    const found = await program(this.extensionFolder);
    const { connect } = await import("./keyaki-client");
    const client: LanguageClient = connect(found.file, this.output, () => this.died(client));
    this.client = client;
    await client.start();
    this.become({ is: "running", ...found });
    this.output.info(`keyaki ${found.version} runs: ${found.file}`);
  }

  private async end(): Promise<void> {
    clearTimeout(this.retry);
    const client = this.client;
    this.client = undefined;
    // One that does not stop in time is killed by the library.
    await client?.dispose(2000).catch((error: unknown) => this.output.warn(String(error)));
  }

  /** The server ended though nobody asked it to. */
  private died(client: LanguageClient): void {
    if (client !== this.client) {
      return;
    }
    const delay = this.backoff.next(Date.now());
    if (delay === undefined) {
      this.fail(new Error("The server ended by itself too often; it stays off until it is restarted by command."));
      return;
    }
    this.output.warn(`the server ended by itself; next try in ${delay} ms`);
    this.become({ is: "waiting", delay });
    this.retry = setTimeout(() => void this.relaunch(), delay);
  }

  private fail(error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error);
    this.output.error(problem);
    // A server that died while it started is tried again.
    if (this.current.is !== "waiting") {
      this.become({ is: "failed", problem });
    }
  }

  private become(state: State): void {
    this.current = state;
    this.changes.fire(state);
  }
}
