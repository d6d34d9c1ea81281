import { dump, loadAll as loadDocuments, YAMLException } from 'js-yaml';

/** The documents of a YAML text. Throws `YAMLException`. */
export const loadAll = (text: string): unknown[] => loadDocuments(text);

export { dump, YAMLException };
