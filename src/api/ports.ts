export const sshPort = 22;
export const rdpPort = 3389;

/** Ports that people often open on GPU instances, and what listens there. */
export const commonPorts: readonly { readonly port: number; readonly label: string }[] = [
  { port: 8888, label: 'Jupyter' },
  { port: 6006, label: 'TensorBoard' },
  { port: 7860, label: 'Gradio' },
  { port: 8000, label: 'HTTP' },
];
