import { Refusal, type Secret } from './model';
import type { Random } from './random';

/** The secrets of all organizations. Methods throw a `Refusal` where the service would refuse. */
export class SecretStore {
  private readonly secrets = new Map<string, Secret>();

  constructor(private readonly random: Random) {}

  add(organization: string, name: string, kind: string, value: string): Secret {
    const secret = { id: this.random.uuid(), organization, name, kind, value };
    this.secrets.set(secret.id, secret);
    return secret;
  }

  list(organization: string): readonly Secret[] {
    return [...this.secrets.values()].filter((secret) => secret.organization === organization);
  }

  get(organization: string, id: string): Secret {
    const secret = this.secrets.get(id);
    if (secret?.organization !== organization) throw new Refusal('not-found', 'Secret not found');
    return secret;
  }

  delete(organization: string, id: string): void {
    this.secrets.delete(this.get(organization, id).id);
  }

  /** The public key that a create names by ID. */
  keyOf(organization: string, id: string | undefined): string | undefined {
    if (id === undefined) return undefined;
    const secret = this.list(organization).find((entry) => entry.id === id && entry.kind === 'SSHKEY');
    if (secret === undefined) throw new Refusal('not-found', 'SSH key not found');
    return secret.value;
  }
}
