import ssh2 from 'ssh2';

/** A new Ed25519 key pair in OpenSSH's formats. About one in 150 of those that `ssh2` makes can't be read, so each is. */
export function makeKeyPair(): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
