import * as vscode from 'vscode';
import { commonPorts, rdpPort, sshPort } from '../api/ports';
import type { InstanceRow } from '../instances/store';

/** What usually listens on a port. Names of programs and protocols aren't translated. */
const usual: Readonly<Record<number, string>> = {
  [sshPort]: 'SSH',
  [rdpPort]: 'Remote Desktop',
  80: 'HTTP',
  443: 'HTTPS',
  8188: 'ComfyUI',
  8265: 'Ray',
  8501: 'Streamlit',
  8787: 'RStudio',
  11434: 'Ollama',
  ...Object.fromEntries(commonPorts.map(({ port, label }) => [port, label])),
};

/** `Port 8888 (Jupyter)`. */
export function portText(port: number): string {
  const name = usual[port];
  return name === undefined ? vscode.l10n.t('Port {0}', port) : vscode.l10n.t('Port {0} ({1})', port, name);
}

/** Whether a browser may find something on the port. */
export function isBrowsable(port: number): boolean {
  return port !== sshPort && port !== rdpPort;
}

/** Whether something on it can be reached now. */
export function isReachable({ state, instance }: InstanceRow): boolean {
  return instance.ipAddress !== undefined && state === 'running';
}
