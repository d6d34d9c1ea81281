import * as l10n from '@vscode/l10n';

/** `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`: the two largest parts, rounded down. A negative duration is `0 s`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (minutes === 0) return l10n.t('{0} s', seconds);
  if (hours === 0) return l10n.t('{0} min', minutes);
  if (days === 0) {
    const rest = minutes % 60;
    return rest === 0 ? l10n.t('{0} h', hours) : l10n.t('{0} h {1} min', hours, rest);
  }
  return hours % 24 === 0 ? l10n.t('{0} d', days) : l10n.t('{0} d {1} h', days, hours % 24);
}
