/** What reads and writes SSH files; loaded when the first of them is needed, see `LazySshFiles`. */
export { PersonConfig } from './personConfig';
export { SshHosts } from './sshHosts';
