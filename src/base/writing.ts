/*
 * What writes files, and keeps other processes from writing them. It is loaded by the first write: whoever imports it
 * does so with `import()`.
 */
export { lock as lockFile } from 'proper-lockfile';
export { default as writeFileAtomic } from 'write-file-atomic';
