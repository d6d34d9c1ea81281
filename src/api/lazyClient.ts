import type { ClientOptions, TensorDockApi } from './client';

/** The same as `TensorDockClient`, which is loaded with the first call. */
export class LazyClient implements TensorDockApi {
  private client: Promise<TensorDockApi> | undefined;

  constructor(private readonly options: ClientOptions) {}

  listInstances: TensorDockApi['listInstances'] = async (...args) =>
    (await this.load()).listInstances(...args);
  getInstance: TensorDockApi['getInstance'] = async (...args) => (await this.load()).getInstance(...args);
  createInstance: TensorDockApi['createInstance'] = async (...args) =>
    (await this.load()).createInstance(...args);
  startInstance: TensorDockApi['startInstance'] = async (...args) =>
    (await this.load()).startInstance(...args);
  stopInstance: TensorDockApi['stopInstance'] = async (...args) => (await this.load()).stopInstance(...args);
  modifyInstance: TensorDockApi['modifyInstance'] = async (...args) =>
    (await this.load()).modifyInstance(...args);
  deleteInstance: TensorDockApi['deleteInstance'] = async (...args) =>
    (await this.load()).deleteInstance(...args);
  listLocations: TensorDockApi['listLocations'] = async (...args) =>
    (await this.load()).listLocations(...args);
  listHostnodes: TensorDockApi['listHostnodes'] = async (...args) =>
    (await this.load()).listHostnodes(...args);
  getHostnode: TensorDockApi['getHostnode'] = async (...args) => (await this.load()).getHostnode(...args);
  listSecrets: TensorDockApi['listSecrets'] = async (...args) => (await this.load()).listSecrets(...args);
  createSecret: TensorDockApi['createSecret'] = async (...args) => (await this.load()).createSecret(...args);
  deleteSecret: TensorDockApi['deleteSecret'] = async (...args) => (await this.load()).deleteSecret(...args);

  private load(): Promise<TensorDockApi> {
    this.client ??= import('./client').then(({ TensorDockClient }) => new TensorDockClient(this.options));
    return this.client;
  }
}
