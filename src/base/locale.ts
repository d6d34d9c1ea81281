/*
 * How numbers, money, and dates look: as `Intl` writes them in VS Code's language. What machines read (CSV, logs,
 * requests) never comes from here.
 */

let locales: readonly string[] = ['en-US'];
let formats = new Map<string, Intl.NumberFormat>();

/** Sets the language, once at the start: VS Code's name for it, or anything else for English. */
export function setLanguage(language: string): void {
  locales = language === 'en' || !isTag(language) ? ['en-US'] : [language, 'en-US'];
  formats = new Map();
}

/** US dollars with at least two and at most `decimals` decimals: `$1,234.50`, `1.234,50 $`. */
export function formatUsDollars(dollars: number, decimals: number): string {
  return formatOf(`USD ${decimals}`, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumFractionDigits: decimals,
    signDisplay: 'negative',
  }).format(dollars);
}

/** A count or a size: `1,200`. */
export function formatNumber(value: number): string {
  return formatOf('number', {}).format(value);
}

/** `6:00:00 PM`: a time of the day, in milliseconds since the epoch, to the second. */
export function formatTimeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString([...locales]);
}

/** `November 2026`, in local time. */
export function formatMonth(at: number): string {
  return new Date(at).toLocaleDateString([...locales], { month: 'long', year: 'numeric' });
}

/** A date that isn't mistaken for another one: `2026-11-24` in English, else as the language writes it. */
export function formatDate(at: number): string {
  const date = new Date(at);
  if (locales.length > 1) return date.toLocaleDateString([...locales], { dateStyle: 'medium' });
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function formatOf(name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const known = formats.get(name) ?? new Intl.NumberFormat([...locales], options);
  formats.set(name, known);
  return known;
}

function isTag(language: string): boolean {
  try {
    return Intl.getCanonicalLocales(language).length > 0;
  } catch {
    return false;
  }
}
