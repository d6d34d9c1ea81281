import { plainText } from '../base/text';
import { isObject } from '../base/json';
import { isList } from './fields';
import { formsOf } from './secretForms';

const longestShown = 300;
const longestTraced = 4_000;

/** Makes text from the service safe to show and log: it may repeat the secrets that it was sent. */
export class Redactor {
  private readonly forms: readonly RegExp[];

  constructor(secrets: readonly (string | undefined)[]) {
    this.forms = secrets
      .flatMap((secret) => (secret === undefined || secret === '' ? [] : [secret]))
      .sort((one, other) => other.length - one.length)
      .flatMap((secret) => [...new Set(spellings(secret))].flatMap(formsOf));
  }

  /** The text with `***` in place of each secret, whatever form that has. */
  redact(text: string): string {
    return this.forms.reduce(withoutForm, text);
  }

  /** A parsed body with `***` in place of each secret in its texts and keys. */
  redactValue(value: unknown): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (isList(value)) return value.map((entry) => this.redactValue(entry));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inside]) => [this.redact(key), this.redactValue(inside)]),
    );
  }

  /**
   * One line of plain text without secrets, at most `longest` characters. Secrets are removed before the cut, so that
   * no part of one remains, and again after cleaning, which may have joined the parts of one.
   */
  shown(text: string, longest = longestShown): string {
    return plainText(this.redact(plainText(this.redact(text), Infinity)), longest);
  }

  /** A body for the trace log, without secrets by value and without fields that may contain one by name. */
  body(value: unknown): string {
    const text = JSON.stringify(value, (key, inside: unknown) => (hidden.test(key) ? '***' : inside));
    return this.shown(typeof text === 'string' ? text : '', longestTraced);
  }
}

function withoutForm(text: string, form: RegExp): string {
  let rest = '';
  let end = 0;
  for (const match of text.matchAll(form)) {
    const start = match.index - (match.groups?.before?.length ?? 0);
    rest += `${text.slice(end, Math.max(start, end))}***`;
    end = match.index + match[0].length;
  }
  return rest + text.slice(end);
}

/** Fields whose values are never written anywhere. */
const hidden = /^(password|value|ssh_?key|cloud_?init|token|secret|authorization|api_?(key|token))$/i;

/** A secret as it is, cleaned for showing, and in both forms that Unicode has for a letter with an accent. */
function spellings(secret: string): string[] {
  return [secret, plainText(secret, Infinity), secret.normalize('NFC'), secret.normalize('NFD')];
}
