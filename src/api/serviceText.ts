/** Makes texts of the service fit to be shown and logged. */

const longestShown = 300;
const longestTraced = 4_000;

/** One line without control and formatting characters. */
export function cleanText(text: string): string {
  return text
    .slice(0, 20_000)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Cf}\p{Cs}\p{Co}]/gu, '')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** Takes secrets out of texts by their value: a service may repeat what it was sent. */
export class Redactor {
  private readonly values: readonly string[];

  constructor(secrets: readonly (string | undefined)[]) {
    this.values = secrets
      .flatMap((secret) => (secret === undefined || secret === '' ? [] : [secret]))
      .flatMap((secret) => [secret, encodeURIComponent(secret), cleanText(secret)])
      .filter((value) => value !== '')
      .sort((a, b) => b.length - a.length);
  }

  redact(text: string): string {
    return this.values.reduce((rest, value) => rest.replaceAll(value, '***'), text);
  }

  /** Cleaned, without secrets, and cut: in this order, so that no half of a secret is left. */
  shown(text: string, longest = longestShown): string {
    const whole = this.redact(cleanText(text));
    return whole.length <= longest ? whole : `${whole.slice(0, longest)}…`;
  }

  /** A body for the trace log: secrets by value, and fields that hold some by name. */
  body(value: unknown): string {
    const text = JSON.stringify(value, (key, inside: unknown) => (hidden.test(key) ? '***' : inside));
    return this.shown(typeof text === 'string' ? text : '', longestTraced);
  }
}

/** Fields whose values are not written anywhere. */
const hidden = /^(password|value|ssh_?key|cloud_?init|token|secret|authorization|api_?(key|token))$/i;
