import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import type * as vscode from 'vscode';
import type { CreateRequest, Hostnode, Instance, Location, ModifyRequest, Secret } from '../../api/types';
import type { CreateOutcome } from '../../instances/createOutcome';

/** What is to be had now. An empty list is a normal answer; `NotFoundError` where a service has no such call. */
export interface Catalogue {
  locations(signal: AbortSignal): Promise<readonly Location[]>;
  hostnodes(signal: AbortSignal): Promise<readonly Hostnode[]>;
}

export interface CreateOptions {
  /** What a person reads of it now. */
  readonly onProgress: (message: string) => void;
  /**
   * The same for the same wish, in every window: asked for again, its outcome is given again and nothing is sent,
   * unless it was refused.
   */
  readonly idempotencyKey: string;
  /** The private key of the public half in the request, for the SSH entry. */
  readonly identityFile?: string;
}

/** The long operations, which outlive a window. */
export interface Operations {
  create(request: CreateRequest, options: CreateOptions): Promise<CreateOutcome>;
  /** With `restart`: stop, change, start again. Settles when all of it is done; rejects with what to do. */
  modify(id: string, request: ModifyRequest, options: { readonly restart: boolean }): Promise<void>;
}

/** The account's instances as last known. */
export interface Instances {
  current(): readonly Instance[];
  /** Asks the service for this one, so that its details are known. */
  get(id: string, signal: AbortSignal): Promise<Instance>;
  onDidChange(listener: () => void): Disposable;
  /** Settles when the machine answers by SSH; rejects when it does not within the usual time, or on abort. */
  whenReady(id: string, signal: AbortSignal): Promise<void>;
}

/** A key this person has: the public half, and where the private one is, if it is in a file. */
export interface FormKey {
  /** The line of `authorized_keys`. */
  readonly publicKey: string;
  readonly fingerprint: string;
  readonly type: string;
  readonly comment: string;
  readonly identityFile?: string;
  readonly inAgent: boolean;
}

export interface Keys {
  list(): Promise<readonly FormKey[]>;
  /** Makes an ed25519 pair in the extension's own SSH folder, after asking for a passphrase; `undefined` when given up. */
  generate(): Promise<FormKey | undefined>;
}

/** Secrets stored at TensorDock. `NotFoundError` where a service has none. */
export interface Secrets {
  list(signal?: AbortSignal): Promise<readonly Secret[]>;
  create(name: string, value: string): Promise<Secret>;
  delete(id: string): Promise<void>;
}

/** What outlives the window, for presets; `vscode.Memento` fits. */
export interface Storage {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** All that the forms need from the rest of the extension. */
export interface FormPorts {
  /** The folder with `dist`. */
  readonly extensionUri: vscode.Uri;
  readonly catalogue: Catalogue;
  readonly operations: Operations;
  readonly instances: Instances;
  readonly keys: Keys;
  readonly secrets: Secrets;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly log: vscode.LogOutputChannel;
  /** `tensordock.images`. */
  images(): readonly string[];
  /** `tensordock.apiUrl`, for the `curl` line. */
  apiUrl(): string;
  /** Somebody has signed in, or turned to another account: what was asked for before is to be asked for again. */
  onDidSignIn(listener: () => void): Disposable;
  /** Opens a machine as `tensordock.connect` does. */
  connect(id: string): PromiseLike<unknown>;
}
