/**
 * Writes a file that only its owner can read (0600). Whoever reads it in the meantime gets all of the old or all of the
 * new text. Rejects with the file system's error.
 */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  const { writeFileAtomic } = await import('./writing');
  await writeFileAtomic(file, text, { mode: 0o600 });
}
