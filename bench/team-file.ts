const HEAD = `# yaml-language-server: $schema=./team.schema.json
version: 1
lab: bench-lab # also the IAM path: /mturk/bench-lab/
account: "123456789012" # quoted; anything run against another account is refused
owners: [m00000]

roles:
  results-reader:
    description: Looks at results, changes nothing
    allow: [results:read]
  balance-reader:
    description: Sees the balance and the bonuses paid
    allow: [account:read]
  task-publisher:
    description: Puts tasks online and takes them down again
    extends: [results-reader]
    allow: [hits:publish, hits:manage]
  worker-manager:
    extends: [results-reader]
    allow: [workers:read, workers:qualify]
  paymaster:
    description: Decides about work and pays for it
    extends: [results-reader, balance-reader]
    allow: [pay:approve, pay:reject, pay:bonus]
  cleaner:
    allow: [hits:delete, DeleteQualificationType, GetHIT]
  everything-but-bonus:
    allow: ["*"]
    deny: [SendBonus]
  full-access:
    managed: [AmazonMechanicalTurkFullAccess]

members:
`;

const TAIL = `
departed: # a reviewed statement that a member left
  gone: { left: "2026-06-30", reason: graduated }

freeze: []

settings:
  max-removals: 3
`;

const ROLES: readonly string[] = [
  'results-reader',
  'task-publisher',
  'balance-reader',
  'worker-manager',
  'paymaster',
  'cleaner',
  'everything-but-bonus',
  'full-access',
];

const NAMES: readonly string[] = ["Ada O'Neill", 'Bo Chen', 'Nguyễn Thị Ánh', '李小龍', 'Cy Moreau', 'Eve Lindqvist'];

/**
 * A valid team file with so many members (at least one): eight roles, one to three of them for each member, a good
 * part with `until`, a sponsor or an e-mail address, in the two styles in which people write. The same every time.
 */
export function teamFileWith(members: number): string {
  return HEAD + Array.from({ length: members }, (_, index) => memberLines(index)).join('') + TAIL;
}

function memberLines(index: number): string {
  const key = keyOf(index);
  const name = NAMES[index % NAMES.length] ?? '';
  // Eight and the steps are coprime, so the roles of one member differ and every role is used.
  const roles = Array.from({ length: 1 + (index % 3) }, (_, step) => ROLES[(index + 3 * step) % ROLES.length]);
  const until = index % 3 === 0 ? null : `"2027-${String(1 + (index % 12)).padStart(2, '0')}-28"`;
  const sponsor = index % 2 === 0 || index === 0 ? null : keyOf(Math.floor(index / 10));
  if (index % 4 === 0) {
    const end = until === null ? '' : `, until: ${until}`;
    return `  ${key}: { name: ${name}, github: login-${index}, roles: [${roles.join(', ')}]${end} }\n`;
  }
  return [
    `  ${key}:`,
    `    name: ${name}`,
    ...(index % 5 === 0 ? [] : [`    email: ${key}@lab.edu`]),
    `    roles: [${roles.join(', ')}]`,
    ...(until === null ? [] : [`    until: ${until} # the last day of access, UTC`]),
    ...(sponsor === null ? [] : [`    sponsor: ${sponsor}`]),
    ...(index % 50 === 7 ? ['    suspended: true'] : []),
    '',
  ].join('\n');
}

function keyOf(index: number): string {
  return `m${String(index).padStart(5, '0')}`;
}
