/** What isn't available: a public IP, the GPU of a stopped instance, or something that isn't named. */
export type CapacityKind = 'address' | 'gpu' | 'any';

const hosts =
  '(?:nodes?|host ?nodes?|hosts?|gpus?|graphics cards?|machines?|servers?|resources?|capacity|inventory)';
const things =
  '(?:nodes?|host ?nodes?|hosts?|gpus?|graphics cards?|machines?|resources?|capacity|stock|locations?|regions?|inventory)';
const gone =
  '(?:unavailable|not (?:currently |now )?available|no longer available|exhausted|depleted|sold out|taken|occupied|busy|full|in use|(?:already )?(?:rented|reserved|allocated)|fully (?:booked|allocated|utilized))';
const filler = '(?: \\w+){0,3}?';
const clause =
  '(?: (?:with|at|in|on|for|of|that|which|matching|currently|now|are|is|were|was)\\b(?: \\w+){0,6}?)?';

const address =
  /no (?:available |free )?public ips?\b|no available (?:ips?|ip addresses)\b|public ips? (?:is |are )?(?:unavailable|exhausted)/i;
const gpu =
  /gpu slot expired|no available gpus?|gpus? (?:is |are )?(?:unavailable|not available)|host has no gpu/i;

/** How the service is known to say it, by meaning, so that other wordings match too. */
const any: readonly RegExp[] = [
  new RegExp(`\\bno (?:available|free|suitable|matching|eligible)${filler} ${hosts}\\b`, 'i'),
  new RegExp(
    `\\bno(?: \\w+)? (?:${hosts}|locations?|regions?)${clause} (?:available|left|free|remaining)\\b`,
    'i',
  ),
  new RegExp(`\\bno ${hosts}${clause} (?:found|match(?:es|ed)?)\\b`, 'i'),
  new RegExp(`\\b${things}${filler} ${gone}\\b`, 'i'),
  new RegExp(
    `\\b(?:not|n't|unable to|failed to|cannot) find (?:an?|any|enough|available|suitable|free|eligible)${filler} ${hosts}\\b`,
    'i',
  ),
  new RegExp(
    `\\b(?:not|n't|unable to|failed to|cannot) (?:allocate|reserve|acquire)${filler} (?:nodes?|gpus?|resources?|capacity)\\b`,
    'i',
  ),
  /\b(?:insufficient|not enough|inadequate)(?: \w+){0,2}? (?:capacity|resources?|gpus?|v?cpus?|cores|ram|memory|storage|disk|nodes?|stock|availability)\b/i,
  /\b(?:out of|no) (?:stock|capacity)\b|\b(?:run|ran|running) out of\b/i,
  /\bsold[ -]?out\b|\bfully booked\b/i,
  /\b(?:at|over|exceeds?|exceeded) (?:full |max(?:imum)? |available )?capacity\b|\bcapacity (?:limit|exceeded|reached)/i,
  /\b(?:ram|memory|v?cpus?|cores|storage|disk)\b.{0,40}\bratio limit\b|\bratio limit\b.{0,40}\bper gpu\b/i,
  /\b(?:virtual ?machine|vm|instance) deployment failed\b/i,
  /\bresource error\b/i,
];

/** What a refusal says isn't available; `undefined` if it says something else. */
export function capacityKind(text: string): CapacityKind | undefined {
  // Codes such as `no_available_nodes` say it too.
  const words = text.replaceAll('_', ' ');
  if (address.test(words)) return 'address';
  if (gpu.test(words)) return 'gpu';
  return any.some((pattern) => pattern.test(words)) ? 'any' : undefined;
}
