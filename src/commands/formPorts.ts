import { createHash, randomUUID } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import { TensorDockError } from '../api/errors';
import type { CreateRequest } from '../api/types';
import type { CreateResult } from '../instances/operations/create';
import { waitForBanner } from '../ssh/connect/banner';
import { identityFileOf, listKeys, type LocalKey } from '../ssh/keys/keys';
import { canSetPassphrase, generateKey } from '../ssh/keys/keyGeneration';
import { formatPublicKey } from '../ssh/keys/publicKey';
import { sshEndpoint } from '../ssh/endpoint';
import type { Services } from './services';
import type { FormKey, FormPorts } from '../views/forms/ports';

/** How long a new machine may take until it answers by SSH, in milliseconds (fact sheet, section 4, number 2). */
const readyMs = 20 * 60_000;

/** For how long a machine may be missing from what the service tells, in milliseconds. */
const youngMs = 5 * 60_000;

/** What the forms need, made from the parts of the extension. */
export function formPorts(services: Services): FormPorts {
  const { context, clock, log, settings, store, operations, ssh } = services;
  return {
    extensionUri: context.extensionUri,
    clock,
    log,
    storage: context.globalState,
    images: () => settings.images,
    apiUrl: () => settings.origin,
    onDidSignIn: (listener) => {
      let before = store.status.accountId;
      return store.onDidChange(() => {
        const { accountId } = store.status;
        if (accountId !== undefined && accountId !== before) listener();
        before = accountId;
      });
    },
    connect: (id) => vscode.commands.executeCommand('tensordock.connect', id),
    catalogue: {
      locations: async (signal) => store.api.listLocations({ signal }),
      hostnodes: async (signal) => store.api.listHostnodes({ signal }),
    },
    secrets: {
      list: async (signal) => store.api.listSecrets({ signal }),
      create: async (name, value) => store.api.createSecret(name, value, 'SSHKEY'),
      delete: async (id) => {
        await store.api.deleteSecret(id);
      },
    },
    instances: {
      current: () => store.rows().map((row) => ({ ...row.instance, state: row.state })),
      get: async (id, signal) => {
        const row = await store.refreshOne(id);
        signal.throwIfAborted();
        if (!row) throw new Error(vscode.l10n.t('TensorDock no longer knows this instance.'));
        // A failure of one row leaves the row as it was; the form needs its machine, or the reason.
        return row.instance.resources ? row.instance : store.api.getInstance(id, { signal });
      },
      onDidChange: (listener) => store.onDidChange(() => listener()),
      whenReady: async (id, signal) => whenReady(services, id, signal),
    },
    operations: {
      create: async (request, { onProgress, idempotencyKey, identityFile }) => {
        try {
          const outcome = await createOnce(services, request, idempotencyKey, onProgress);
          if (!outcome || outcome.kind === 'unknown') {
            return { kind: 'unknown', name: request.name, lookedForMs: outcome?.lookedForMs ?? 0 };
          }
          if (identityFile !== undefined) await ssh.choose(outcome.id, { identityFile });
          return outcome;
        } catch (error) {
          if (error instanceof TensorDockError) return { kind: 'refused', error };
          throw error;
        }
      },
      modify: async (id, request, { restart }) => {
        const operation = await operations.modify(id, request, restart);
        await operation.done;
      },
    },
    keys: {
      list: async () => {
        const { sshAdd } = await ssh.programs();
        const { home, keys: own } = ssh.paths;
        const { keys } = await listKeys({ folders: [own, path.join(home, '.ssh')], sshAdd, logger: log });
        return Promise.all(keys.map(async (key) => formKey(key, own)));
      },
      generate: async () => {
        const passphrase = await askForPassphrase();
        if (passphrase === undefined) return undefined;
        const { sshKeygen } = await ssh.programs();
        const folder = ssh.paths.keys;
        const name = `tensordock-${new Date().toISOString().slice(0, 10)}-${randomUUID().slice(0, 4)}`;
        const comment = `tensordock ${new Date().toISOString().slice(0, 10)}`;
        const key = await generateKey({ sshKeygen, folder, name, comment, passphrase });
        return formKey(key, folder);
      },
    },
  };
}

/**
 * One machine for one wish. Where the wish came true before and its machine is gone by now, it is a new wish; its
 * key follows from the old one, so that it is the same in every window.
 */
async function createOnce(
  services: Services,
  request: CreateRequest,
  key: string,
  onProgress: (message: string) => void,
): Promise<CreateResult | undefined> {
  const { operations, store, clock } = services;
  const operation = await operations.create(request, key);
  const listener = operation.onDidTell(onProgress);
  const outcome = await operation.outcome.finally(() => listener.dispose());
  if (!outcome || outcome.kind === 'unknown' || store.row(outcome.id)) return outcome;
  // Another window's machine may not be told of here yet, and a young one not by the service.
  if (await store.refreshOne(outcome.id)) return outcome;
  if (clock.now() - operation.record.startedAt < youngMs) {
    throw new Error(
      vscode.l10n.t(
        '“{0}” was created a moment ago and is not in the list. Nothing was sent again: take another name for one more.',
        request.name,
      ),
    );
  }
  const next = createHash('sha256').update(`${key} ${outcome.id}`).digest('hex');
  return createOnce(services, request, next, onProgress);
}

async function formKey(key: LocalKey, folder: string): Promise<FormKey> {
  return {
    publicKey: formatPublicKey(key),
    fingerprint: key.fingerprint,
    type: key.type,
    comment: key.comment,
    identityFile: await identityFileOf(key, folder).catch(() => undefined),
    inAgent: key.inAgent,
  };
}

async function askForPassphrase(): Promise<string | undefined> {
  if (!canSetPassphrase) return '';
  return vscode.window.showInputBox({
    title: vscode.l10n.t('A new SSH key'),
    prompt: vscode.l10n.t('A passphrase, or nothing for a key without one.'),
    password: true,
    ignoreFocusOut: true,
  });
}

async function whenReady({ store, clock }: Services, id: string, signal: AbortSignal): Promise<void> {
  const row = await store.waitFor(
    id,
    (candidate) => {
      if (!candidate) return true;
      return !(
        'none' in sshEndpoint(candidate.instance, { complete: candidate.instance.portForwards !== undefined })
      );
    },
    signal,
  );
  if (!row) throw new Error(vscode.l10n.t('TensorDock no longer knows this instance.'));
  const endpoint = sshEndpoint(row.instance, { complete: true });
  if ('none' in endpoint) return;
  const banner = await waitForBanner({ ...endpoint, clock, signal, limitMs: readyMs });
  if (banner.kind !== 'ready') {
    throw new Error(vscode.l10n.t('It runs, and SSH does not answer yet ({0}).', banner.kind));
  }
}
