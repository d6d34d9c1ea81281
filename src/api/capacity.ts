/** What there is none of: a public IP, the GPU of a stopped instance, or something that isn't named. */
export type CapacityKind = 'address' | 'gpu' | 'any';

const things =
  '(?:nodes?|host ?nodes?|hosts?|gpus?|graphics cards?|machines?|servers?|resources?|capacity|stock|locations?|regions?|inventory)';
const gone =
  '(?:unavailable|not (?:currently |now )?available|no longer available|exhausted|depleted|sold out|taken|occupied|full|fully (?:booked|allocated|utilized))';
const filler = '(?: \\w+){0,2}?';

const address =
  /no (?:available |free )?public ips?\b|no available (?:ips?|ip addresses)\b|public ips? (?:is |are )?(?:unavailable|exhausted)/i;
const gpu =
  /gpu slot expired|no available gpus?|gpus? (?:is |are )?(?:unavailable|not available)|host has no gpu/i;

/** How the service and its public clients word it, by meaning; all texts of the fact sheet are among them. */
const any: readonly RegExp[] = [
  new RegExp(`\\bno (?:available|free|suitable|matching|eligible)${filler} ${things}\\b`, 'i'),
  new RegExp(`\\bno${filler} ${things}${filler} (?:available|left|free|found|remaining)\\b`, 'i'),
  new RegExp(`\\b${things}${filler} ${gone}\\b`, 'i'),
  /\b(?:insufficient|not enough|inadequate)(?: \w+){0,2}? (?:capacity|resources?|gpus?|v?cpus?|cores|ram|memory|storage|disk|nodes?|stock|availability)\b/i,
  /\b(?:out of|no) (?:stock|capacity)\b/i,
  /\bsold[ -]?out\b/i,
  /\b(?:at|over|exceeds?|exceeded) (?:full |max(?:imum)? |available )?capacity\b|\bcapacity (?:limit|exceeded|reached)/i,
  /\bexceeds?(?: \w+){0,2}? ratio limit\b/i,
  /\b(?:virtual ?machine|vm|instance) deployment failed\b/i,
  /\bresource[_ ]error\b/i,
];

/** Whether the words of a refusal mean that there is no capacity; `undefined` where they mean something else. */
export function capacityKind(said: string): CapacityKind | undefined {
  if (address.test(said)) return 'address';
  if (gpu.test(said)) return 'gpu';
  return any.some((pattern) => pattern.test(said)) ? 'any' : undefined;
}
