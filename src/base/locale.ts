/*
 * How numbers, money, and dates look: as `Intl` writes them in VS Code's language. What machines read (CSV, logs,
 * requests) never comes from here.
 */

let locales: readonly string[] = ['en-US'];
let formats = new Map<string, { format(value: number): string }>();
let collator: Intl.Collator | undefined;

/** Sets the language, once at the start: VS Code's name for it, or anything else for English. */
export function setLanguage(language: string): void {
  locales = language === 'en' || !isTag(language) ? ['en-US'] : [language, 'en-US'];
  formats = new Map();
  collator = undefined;
}

/**
 * English numbers and times are written here, as the first use of `Intl` takes VS Code's extension host up to 20 ms, and
 * the first rows would wait for it. They are the same as what `Intl` writes.
 */
const isEnglish = (): boolean => locales.length === 1;

/** US dollars with at least two and at most `decimals` decimals: `$1,234.50`, `1.234,50 $`. */
export function formatUsDollars(dollars: number, decimals: number): string {
  if (isEnglish() && Math.abs(dollars) < largestInEnglish) {
    const text = inEnglish(Math.abs(dollars), 2, decimals);
    return dollars < 0 && /[1-9]/.test(text) ? `-$${text}` : `$${text}`;
  }
  return numberFormat(`USD ${decimals}`, {
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
  if (isEnglish() && value >= 0 && value < largestInEnglish) return inEnglish(value, 0, 3);
  return numberFormat('number', { signDisplay: 'negative' }).format(value);
}

/** `83%`, `99.9%`: a share in percent. */
export function formatPercent(percent: number): string {
  return numberFormat('percent', { style: 'percent', maximumFractionDigits: 2 }).format(percent / 100);
}

/** `18:00`: a time of the day, in milliseconds since the epoch, in the form that people can type. */
export function formatTimeOfDay(at: number): string {
  if (isEnglish()) return timeInEnglish(at);
  return dateFormat('time', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
}

/** `18:00:05`: the same to the second. */
export function formatTimeToSecond(at: number): string {
  if (isEnglish()) return `${timeInEnglish(at)}:${two(new Date(at).getSeconds())}`;
  return dateFormat('second', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}

/** `November 2026`, in local time. */
export function formatMonth(at: number): string {
  return dateFormat('month', { month: 'long', year: 'numeric' }).format(at);
}

/** A date that isn't mistaken for another one: `2026-11-24` in English, else as the language writes it. */
export function formatDate(at: number): string {
  if (!isEnglish()) return dateFormat('date', { dateStyle: 'medium' }).format(at);
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Sorts as the language does, and `gpu-2` before `gpu-10`. It compares thousands of names fast. */
export function compareTexts(one: string, other: string): number {
  collator ??= new Intl.Collator([...locales], { numeric: true });
  return collator.compare(one, other);
}

/** From here on, `inEnglish` isn't exact. */
const largestInEnglish = 1e9;

/** `value` isn't negative. Half a unit of the last decimal is rounded up as it is read: 1.005 to 1.01. */
function inEnglish(value: number, fewestDecimals: number, mostDecimals: number): string {
  const units = value < 1e-6 ? 0 : Math.round(Number(`${value}e${mostDecimals}`));
  const [whole = '', decimals = ''] = (units / 10 ** mostDecimals).toFixed(mostDecimals).split('.');
  const shown = decimals.replace(/0+$/, '').padEnd(fewestDecimals, '0');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${shown && `.${shown}`}`;
}

function timeInEnglish(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

function two(part: number): string {
  return String(part).padStart(2, '0');
}

function numberFormat(name: string, options: Intl.NumberFormatOptions): { format(value: number): string } {
  return formatOf(name, () => new Intl.NumberFormat([...locales], options));
}

function dateFormat(name: string, options: Intl.DateTimeFormatOptions): { format(value: number): string } {
  return formatOf(name, () => new Intl.DateTimeFormat([...locales], options));
}

/** A format takes a while to make. */
function formatOf(
  name: string,
  make: () => { format(value: number): string },
): { format(value: number): string } {
  const known = formats.get(name) ?? make();
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
